/**
 * Reads an object at any position, where nothing can be awaited.
 *
 * Algorithm: a window of the object is held, and reads are answered from it. Who reads on where the window ends gets a window twice as long, up to a bound,
 * and then the one after it is fetched while this one is read. Who jumps begins again with a short one. All windows are of the content that was
 * there when the reader was opened (its etag): if the object is replaced meanwhile, reading fails.
 *
 * Memory: two windows a reader; of all readers of a thread at most `windowsBytesMax`, but for what one read asks for.
 */
import { objectStoreLimits } from '@gridmr/contracts';
import type { BlobPath, BlobReader } from '../blob-store.js';
import { StorageError } from '../storage-error.js';
import type { ObjectHead } from './object-calls.js';
import { guardedObjectSync, ObjectError } from './object-errors.js';
import type { StartedCall, ThreadCalls } from './thread-calls.js';

/** How many readers of a thread are open. */
export interface OpenReaders {
  count: number;
}

export interface OpenObject {
  readonly path: BlobPath;
  readonly key: string;
  readonly head: ObjectHead;
}

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

interface Fetch {
  readonly start: number;
  readonly end: number;
  readonly call: StartedCall<Uint8Array>;
}

const none: Window = { start: 0, bytes: new Uint8Array() };
const windowsOfReader = 2;

export class ObjectReader implements BlobReader {
  readonly path: BlobPath;
  readonly bytes: number;
  readonly #object: OpenObject;
  readonly #thread: ThreadCalls;
  readonly #readers: OpenReaders;
  #window: Window = none;
  #length: number = objectStoreLimits.windowBytesMin;
  #ahead: Fetch | undefined;
  #isOpen = true;

  constructor(object: OpenObject, thread: ThreadCalls, readers: OpenReaders) {
    this.path = object.path;
    this.bytes = object.head.bytes;
    this.#object = object;
    this.#thread = thread;
    this.#readers = readers;
    readers.count++;
  }

  readSync(target: Uint8Array, position: number): number {
    if (!this.#isOpen) throw new Error(`the reader of ${this.path} was closed before`);
    const end = Math.min(position + target.length, this.bytes);
    for (let at = position; at < end; ) {
      const { start, bytes } = this.#windowAt(at, end);
      const piece = bytes.subarray(at - start, end - start);
      target.set(piece, at - position);
      at += piece.length;
    }
    return Math.max(0, end - position);
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.#readers.count--;
    this.#isOpen = false;
    this.#window = none;
    this.#ahead = undefined;
  }

  #windowAt(position: number, end: number): Window {
    const { start, bytes } = this.#window;
    if (position >= start && position < start + bytes.length) return this.#window;
    const goesOn = bytes.length > 0 && position === start + bytes.length;
    this.#length = goesOn ? Math.min(this.#length * 2, this.#lengthMax()) : objectStoreLimits.windowBytesMin;
    const isAhead = this.#ahead !== undefined && position >= this.#ahead.start && position < this.#ahead.end;
    const fetch = isAhead && this.#ahead !== undefined ? this.#ahead : this.#fetch(position, end);
    this.#ahead = undefined;
    // The old window goes before the new one comes.
    this.#window = none;
    this.#window = { start: fetch.start, bytes: this.#taken(fetch) };
    if (goesOn && fetch.end < this.bytes) this.#ahead = this.#fetch(fetch.end, fetch.end);
    return this.#window;
  }

  #fetch(start: number, end: number): Fetch {
    const until = Math.min(this.bytes, Math.max(end, start + this.#length));
    const { key, head } = this.#object;
    return { start, end: until, call: this.#thread.start('get', { key, start, end: until, etag: head.etag }) };
  }

  #taken({ call }: Fetch): Uint8Array {
    return guardedObjectSync(this.path, 'read', () => {
      try {
        return call.wait();
      } catch (error) {
        throw changedError(error, this.path) ?? error;
      }
    });
  }

  #lengthMax(): number {
    const share = Math.floor(objectStoreLimits.windowsBytesMax / (windowsOfReader * this.#readers.count));
    return Math.max(objectStoreLimits.windowBytesMin, Math.min(objectStoreLimits.windowBytesMax, share));
  }
}

/** Undefined if the error does not say that the content is another one by now. */
function changedError(error: unknown, path: BlobPath): StorageError | undefined {
  if (!(error instanceof ObjectError) || error.fault !== 'precondition') return undefined;
  return new StorageError('damaged', path, `${path} was changed while it was read`, { cause: error });
}
