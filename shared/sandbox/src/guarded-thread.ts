/**
 * Enforcement from outside. Some builtins of the engine run for hours without asking whether they may, and a crash in a parser takes its thread
 * along: what runs untrusted code runs in such a thread, and is ended from outside when it does not answer in time.
 *
 * One request at a time. After a timeout, an abort or a crash the object is dead, and its owner starts another.
 */
import { type ResourceLimits, type TransferListItem, Worker } from 'node:worker_threads';
import { sandboxLimits } from '@gridmr/contracts';
import { ThreadAbortedError, ThreadCrashedError, ThreadTimeoutError } from './thread-errors.js';
import { errorOf, type Reply, type RequestMessage, replySchema } from './thread-messages.js';

export interface ThreadOptions {
  readonly workerData?: unknown;
  readonly resourceLimits?: ResourceLimits;
  readonly name?: string;
  readonly transfer?: readonly TransferListItem[];
}

export interface RunOptions {
  /** From now. */
  readonly deadlineMs: number;
  /** Past the deadline, for the thread to report that it noticed itself. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly transfer?: readonly TransferListItem[];
  readonly onNotice?: (notice: unknown) => void;
}

interface PendingRequest {
  readonly id: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
  onNotice(notice: unknown): void;
}

export class GuardedThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #pending: PendingRequest | undefined;
  #lastId = 0;
  #alive = true;
  #crash: Error | undefined;

  private constructor(worker: Worker, onReady: () => void) {
    this.#worker = worker;
    worker.on('message', message => this.#receive(replySchema.parse(message), onReady));
    worker.on('messageerror', error => this.#end(new ThreadCrashedError('the thread sent garbage', { cause: error })));
    worker.on('error', error => {
      this.#crash = error;
    });
    this.#exited = new Promise(resolve => {
      worker.once('exit', code => {
        const why = this.#crash === undefined ? `exit code ${code}` : this.#crash.message;
        this.#settleDead(new ThreadCrashedError(`the thread ended by itself: ${why}`, { cause: this.#crash }));
        resolve();
      });
    });
  }

  /** Resolves when the thread calls `serveRequests`. Throws `ThreadCrashedError` or `ThreadTimeoutError` if it does not. */
  static async start(entry: URL, options: ThreadOptions = {}): Promise<GuardedThread> {
    const { workerData, resourceLimits, name, transfer = [] } = options;
    const worker = new Worker(entry, {
      workerData,
      transferList: [...transfer],
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
      ...(name === undefined ? {} : { name }),
    });
    let ready = () => {};
    const thread = new GuardedThread(worker, () => ready());
    await thread.#await(0, sandboxLimits.threadStartMs, undefined, pending => {
      ready = () => pending.resolve(undefined);
    });
    return thread;
  }

  /** False once it can serve no further request. */
  get alive(): boolean {
    return this.#alive;
  }

  get threadId(): number {
    return this.#worker.threadId;
  }

  /**
   * Throws what the handler threw (`TaskError`, `RequestError`, else `ThreadRequestError`), or `ThreadTimeoutError`, `ThreadAbortedError`,
   * `ThreadCrashedError`, after which the thread is dead.
   */
  async run<Req, Res>(request: Req, options: RunOptions): Promise<Res> {
    if (!this.#alive) throw new ThreadCrashedError('the thread has ended; start another');
    if (this.#pending !== undefined) throw new Error('the thread is busy; it serves one request at a time');
    options.signal?.throwIfAborted();
    const id = ++this.#lastId;
    const { deadlineMs, graceMs = sandboxLimits.terminateGraceMs } = options;
    const result = await this.#await(id, deadlineMs + graceMs, options, () => {
      const message: RequestMessage = { id, request };
      this.#worker.postMessage(message, [...(options.transfer ?? [])]);
    });
    return result as Res;
  }

  /** Terminates it, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(new ThreadAbortedError());
    await this.#exited;
  }

  async #await(
    id: number,
    deadlineMs: number,
    options: RunOptions | undefined,
    begin: (pending: PendingRequest) => void,
  ): Promise<unknown> {
    const { signal, onNotice = () => {} } = options ?? {};
    const timer = setTimeout(() => this.#end(new ThreadTimeoutError(deadlineMs)), deadlineMs);
    let abortTimer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      abortTimer = setTimeout(() => this.#end(new ThreadAbortedError(signal?.reason)), sandboxLimits.abortGraceMs);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        const pending = { id, resolve, reject, onNotice };
        this.#pending = pending;
        begin(pending);
      });
    } finally {
      clearTimeout(timer);
      clearTimeout(abortTimer);
      signal?.removeEventListener('abort', onAbort);
      this.#pending = undefined;
      if (!this.#alive) await this.#exited;
    }
  }

  #receive(reply: Reply, onReady: () => void): void {
    if (reply.kind === 'ready') {
      onReady();
      return;
    }
    const pending = this.#pending;
    if (pending?.id !== reply.id) return;
    if (reply.kind === 'answer') pending.resolve(reply.result);
    else if (reply.kind === 'failure') pending.reject(errorOf(reply.failure));
    else pending.onNotice(reply.notice);
  }

  #end(reason: Error): void {
    this.#settleDead(reason);
    void this.#worker.terminate();
  }

  #settleDead(reason: Error): void {
    this.#alive = false;
    this.#pending?.reject(reason);
  }
}
