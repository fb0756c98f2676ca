/**
 * Files that live as long as one attempt: spilled runs and the results of merge passes, on the worker's own disk.
 * The only place of the engine that touches `node:fs`. All calls are synchronous: they run in task threads.
 *
 * Call order: `ScratchDirectory.create` → `writeSync`… → `close` → `open`, as often as wanted → `remove`; the attempt disposes
 * of the directory when it ends, however that is. (A thread that is terminated cannot: its system's temporary files stay.)
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TaskError } from '@gridmr/contracts';
import type { BlobReader } from '@gridmr/storage';
import type { DiskAllowance } from './disk-allowance.js';

/** What segments and parts are written to: a `BlobWriter` or a scratch file. */
export interface ByteSink {
  writeSync(bytes: Uint8Array): void;
}

/** Gives out new files of a private directory, which is made when the first is asked for: most attempts never spill. */
export class ScratchDirectory implements Disposable {
  readonly #parent: string;
  readonly #disk: DiskAllowance | undefined;
  #directory: string | undefined;
  #files = 0;

  /**
   * @param parent a directory on the local disk
   * @param disk what is written is taken from it, and given back with each file that is removed
   */
  constructor(parent: string, disk?: DiskAllowance) {
    this.#parent = parent;
    this.#disk = disk;
  }

  create(): ScratchFile {
    this.#directory ??= attempt('create', () => mkdtempSync(join(this.#parent, 'gridmr-scratch-')));
    return new ScratchFile(join(this.#directory, `run-${this.#files++}`), this.#disk);
  }

  /** Removes the directory, and with it whatever a failed attempt left behind. */
  [Symbol.dispose](): void {
    const directory = this.#directory;
    this.#directory = undefined;
    if (directory !== undefined) attempt('remove', () => rmSync(directory, { recursive: true, force: true }));
  }
}

/** One file: written once from start to end, then read. */
export class ScratchFile implements ByteSink, Disposable {
  readonly path: string;
  readonly #disk: DiskAllowance | undefined;
  #writing: number | undefined;
  #bytes = 0;

  constructor(path: string, disk?: DiskAllowance) {
    this.path = path;
    this.#disk = disk;
    this.#writing = attempt('create', () => openSync(path, 'wx'));
  }

  get bytes(): number {
    return this.#bytes;
  }

  writeSync(bytes: Uint8Array): void {
    const file = this.#writing;
    if (file === undefined) throw new Error(`${this.path} is closed and cannot be written to`);
    this.#disk?.take(bytes.length);
    this.#bytes += bytes.length;
    attempt('write to', () => {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    });
  }

  /** Ends writing. */
  close(): void {
    const file = this.#writing;
    this.#writing = undefined;
    if (file !== undefined) attempt('close', () => closeSync(file));
  }

  open(): BlobReader {
    return new ScratchReader(this.path);
  }

  remove(): void {
    this.close();
    attempt('remove', () => rmSync(this.path, { force: true }));
    this.#disk?.giveBack(this.#bytes);
    this.#bytes = 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

class ScratchReader implements BlobReader {
  readonly path: string;
  readonly bytes: number;
  #file: number | undefined;

  constructor(path: string) {
    this.path = path;
    const file = attempt('open', () => openSync(path, 'r'));
    this.#file = file;
    this.bytes = attempt('look at', () => fstatSync(file).size);
  }

  readSync(target: Uint8Array, position: number): number {
    const file = this.#file;
    if (file === undefined) throw new Error(`${this.path} is closed and cannot be read`);
    return attempt('read', () => {
      let done = 0;
      while (done < target.length) {
        const read = readSync(file, target, done, target.length - done, position + done);
        if (read === 0) break;
        done += read;
      }
      return done;
    });
  }

  [Symbol.dispose](): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }
}

/** A full or broken disk is the worker's fault: the attempt may succeed elsewhere. */
function attempt<T>(verb: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    const message = `the worker could not ${verb} a scratch file${code}; check the space and the rights of its temporary directory`;
    throw new TaskError({ code: 'storage_error', message }, { cause });
  }
}
