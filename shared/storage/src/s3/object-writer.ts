/**
 * An object being written, where nothing can be awaited: parts are sent by the other thread while this one goes on.
 *
 * Call order: `writeSync`…, then `commit` or `discard`; disposing discards what is neither.
 * Algorithm: what fits into one part is one request at the commit. With more, each full part is sent at once, and who writes faster than the store takes waits.
 * Invariant: the key never shows anything but a whole, committed object; parts of a discarded one are removed from the store. Those of a process
 * that is killed are removed by `discard` of the store, with their directory, or by a rule of the bucket.
 *
 * Memory: the part that is being filled and `partsInFlightMax` on their way.
 */
import { dataPlaneLimits, objectStoreLimits, randomToken, storageLimits } from '@gridmr/contracts';
import type { BlobPath, BlobWriter } from '../blob-store.js';
import type { ObjectCalls } from './object-calls.js';
import { guardedObject, guardedObjectSync } from './object-errors.js';
import { PartBuffer } from './part-buffer.js';
import type { StartedCall, ThreadCalls } from './thread-calls.js';

export interface WriterTarget {
  readonly path: BlobPath;
  readonly key: string;
  readonly late: boolean;
  readonly calls: ObjectCalls;
  readonly thread: () => ThreadCalls;
  /** Throws if the name cannot be that of a file. */
  readonly refuseTaken: () => Promise<void>;
}

export class ObjectWriter implements BlobWriter {
  readonly path: BlobPath;
  readonly #target: WriterTarget;
  readonly #token = randomToken(storageLimits.temporaryTokenLength);
  readonly #buffer = new PartBuffer();
  readonly #sent: StartedCall<string>[] = [];
  readonly #etags: string[] = [];
  #uploadId: string | undefined;
  #bytesWritten = 0;
  #isEnded = false;

  constructor(target: WriterTarget) {
    this.path = target.path;
    this.#target = target;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get held(): Uint8Array | undefined {
    if (this.#isEnded || !this.#target.late || this.#bytesWritten > dataPlaneLimits.writeBufferBytes) return undefined;
    return this.#buffer.content;
  }

  writeSync(bytes: Uint8Array): void {
    this.#refuseAfterEnd();
    guardedObjectSync(this.path, 'written', () => {
      for (let rest = bytes; rest.length > 0; ) {
        if (this.#buffer.isFull) this.#send();
        rest = this.#buffer.add(rest);
      }
    });
    this.#bytesWritten += bytes.length;
  }

  /** `durable` changes nothing: what the store has acknowledged it keeps. */
  async commit(_options?: { durable: boolean }): Promise<void> {
    this.#refuseAfterEnd();
    this.#isEnded = true;
    const { calls, key, refuseTaken } = this.#target;
    try {
      await guardedObject(this.path, 'written', async () => {
        await refuseTaken();
        if (this.#uploadId === undefined) {
          await calls.put({ key, bytes: this.#buffer.take(), token: this.#token });
          return;
        }
        this.#send();
        for (const call of this.#sent.splice(0)) this.#etags.push(await call.answer());
        await calls.finishParts({ key, uploadId: this.#uploadId, token: this.#token, etags: this.#etags });
      });
    } catch (error) {
      await this.#abort().catch(() => undefined);
      throw error;
    }
  }

  async discard(): Promise<void> {
    this.#isEnded = true;
    this.#buffer.take();
    await guardedObject(this.path, 'removed', () => this.#abort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) await this.discard();
  }

  #refuseAfterEnd(): void {
    if (this.#isEnded) throw new Error(`the writer of ${this.path} was committed or discarded before`);
  }

  /** Sends the part that was filled, once there are few enough on their way. */
  #send(): void {
    const { key, thread } = this.#target;
    this.#uploadId ??= thread().start('startParts', { key, token: this.#token }).wait();
    while (this.#sent.length >= objectStoreLimits.partsInFlightMax) this.#takeOldest();
    const bytes = this.#buffer.take();
    const place = { key, uploadId: this.#uploadId, number: this.#buffer.parts };
    this.#sent.push(thread().start('putPart', { ...place, bytes }, [bytes.buffer]));
  }

  #takeOldest(): void {
    const oldest = this.#sent.shift();
    if (oldest !== undefined) this.#etags.push(oldest.wait());
  }

  /** A part that arrives after the abort would stay: so all have arrived before. */
  async #abort(): Promise<void> {
    const { calls, key } = this.#target;
    const uploadId = this.#uploadId;
    this.#uploadId = undefined;
    for (const call of this.#sent.splice(0)) await call.answer().catch(() => undefined);
    if (uploadId !== undefined) await calls.abortParts({ key, uploadId });
  }
}
