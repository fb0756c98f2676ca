/**
 * The bad records that one map attempt skips, listed in a file of their own as they come: a line of JSON each. The file is written whole before
 * the attempt commits, and counts if its commit record names it.
 */
import { type JobSpec, type SkippedRecord, TaskError } from '@gridmr/contracts';
import type { BlobStore, BlobWriter } from '@gridmr/storage';

export class SkippedRecords implements AsyncDisposable {
  readonly #store: BlobStore;
  readonly #file: BlobWriter;
  readonly #recordsMax: number;
  #records = 0;

  private constructor(store: BlobStore, file: BlobWriter, recordsMax: number) {
    this.#store = store;
    this.#file = file;
    this.#recordsMax = recordsMax;
  }

  static async open(store: BlobStore, path: string, spec: JobSpec): Promise<SkippedRecords> {
    return new SkippedRecords(store, await store.createWriter(path, { late: true }), spec.max_skipped_records);
  }

  /** Throws `TaskError` if the attempt alone has more of them than its job may: why the last one is bad, and that it is one too many. */
  readonly add = (record: SkippedRecord): void => {
    if (++this.#records > this.#recordsMax) throw tooMany(record, this.#recordsMax);
    this.#file.writeSync(Buffer.from(`${JSON.stringify(record)}\n`));
  };

  /** Returns the name of the file, which survives a power cut from then on; undefined if there is nothing to be listed. */
  async finish(): Promise<string | undefined> {
    if (this.#records === 0) return undefined;
    await this.#file.commit({ durable: true });
    return this.#file.path.slice(this.#file.path.lastIndexOf('/') + 1);
  }

  /** Takes a finished file away: its attempt was not the first to commit. */
  async remove(): Promise<void> {
    if (this.#records > 0) await this.#store.remove(this.#file.path);
  }

  /** Discards the file unless it was finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

function tooMany({ path, offset, record, error }: SkippedRecord, recordsMax: number): TaskError {
  const message = `more records are bad than max_skipped_records allows (${recordsMax}); this one: ${error.message}`;
  return new TaskError({ ...error, message, input_path: path, offset, record });
}
