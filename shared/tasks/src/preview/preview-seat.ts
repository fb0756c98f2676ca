/** A place for one preview at a time: a thread, started when it is needed and again when it was ended, and a directory that lives as long as that. */
import { previewLimits } from '@gridmr/contracts';
import { compileQuickJs, GuardedThread } from '@gridmr/sandbox';
import { LocalDirectory } from '@gridmr/storage';
import type { PreviewThreadData } from './preview-job.js';

const entry = new URL('./preview-thread.js', import.meta.url);

interface Started {
  readonly thread: GuardedThread;
  readonly scratch: LocalDirectory;
}

export class PreviewSeat implements AsyncDisposable {
  readonly #dataDirectory: string;
  #started: Promise<Started> | undefined;
  #disposed = false;

  constructor(dataDirectory: string) {
    this.#dataDirectory = dataDirectory;
  }

  async thread(): Promise<GuardedThread> {
    if (this.#disposed) throw new Error('the preview runner is closed');
    this.#started ??= this.#start();
    return (await this.#started).thread;
  }

  /** Puts another thread in the place of one that has ended, which the next preview need not wait for. */
  async afterFailure(): Promise<void> {
    const started = await this.#started?.catch(() => undefined);
    if (started?.thread.alive === true) return;
    await this.#end();
    if (!this.#disposed) this.thread().catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#end();
  }

  async #start(): Promise<Started> {
    const { module: engine } = await compileQuickJs();
    const scratch = await LocalDirectory.make('gridmr-preview');
    const workerData: PreviewThreadData = { dataDirectory: this.#dataDirectory, engine, scratch: scratch.path };
    const resourceLimits = { maxOldGenerationSizeMb: previewLimits.threadHeapMb };
    try {
      return { thread: await GuardedThread.start(entry, { name: 'preview', workerData, resourceLimits }), scratch };
    } catch (error) {
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #end(): Promise<void> {
    const ending = this.#started;
    this.#started = undefined;
    const started = await ending?.catch(() => undefined);
    if (started === undefined) return;
    await started.thread[Symbol.asyncDispose]();
    await started.scratch[Symbol.asyncDispose]();
  }
}
