/** Saves of one file, from when this is made. Its directory is watched, since editors write a new file and rename it. */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Editors touch a file several times for one save. */
const settleMs = 50;

export class FileSaves implements Disposable {
  readonly #watcher: FSWatcher;
  #next = new AbortController();

  constructor(path: string) {
    const name = basename(path);
    this.#watcher = watch(dirname(resolve(path)), (_, changed) => {
      if (changed === name) this.#next.abort('the file was saved');
    });
  }

  /** Aborts at the next save: what works on the file as it was may stop. */
  get signal(): AbortSignal {
    return this.#next.signal;
  }

  /** Resolves after the next save, at once if there was one since the last call. Throws the reason of `stop`. */
  async next(stop: AbortSignal): Promise<void> {
    const either = AbortSignal.any([this.signal, stop]);
    if (!either.aborted) await new Promise(resolved => either.addEventListener('abort', resolved, { once: true }));
    stop.throwIfAborted();
    await delay(settleMs);
    this.#next = new AbortController();
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }
}
