/**
 * The directory that a store is in, which may vanish under it: unmounted, renamed, its server away. Then nothing in it is there, and what asked for a
 * file must not take that for an answer. So whoever finds something missing asks here before it believes so.
 */
import { blockingCalls, type FileCalls } from './file-calls.js';
import { DataDirectoryGoneError, saysMissing } from './fs-errors.js';

export class StoreRoot {
  /** Its real path: no link in it. */
  readonly path: string;
  /** The real path of the platform's own directory, once it is known to be there: an empty mount point does not have it. */
  own: string | undefined;

  readonly #calls: FileCalls;

  constructor(path: string, calls: FileCalls) {
    this.path = path;
    this.#calls = calls;
  }

  /** Throws `DataDirectoryGoneError`. */
  async check(): Promise<void> {
    if ((await this.#calls.status(this.own ?? this.path)) === undefined) throw new DataDirectoryGoneError();
  }

  checkSync(): void {
    if (blockingCalls.status(this.own ?? this.path) === undefined) throw new DataDirectoryGoneError();
  }

  /** Runs one operation. That something is missing is believed, and thrown, if the directory is there and it is still missing then. */
  async surely<Result>(operation: () => Promise<Result>): Promise<Result> {
    try {
      return await operation();
    } catch (error) {
      if (!saysMissing(error)) throw error;
    }
    await this.check();
    return operation();
  }

  /** The same for calls that cannot be awaited. */
  surelySync<Result>(operation: () => Result): Result {
    try {
      return operation();
    } catch (error) {
      if (!saysMissing(error)) throw error;
    }
    this.checkSync();
    return operation();
  }
}
