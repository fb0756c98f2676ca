/**
 * A small object store that speaks the S3 protocol over HTTP, in memory, on a loopback port: for tests on machines that have nothing but npm. No server
 * that npm has knows conditional writes, on which commits rest. What GridMR asks of a store it answers as S3 does; it does not look at
 * signatures, keeps nothing, and has one version of everything. So the same tests also run against a real store: see `GRIDMR_TEST_S3_URL`.
 *
 * It has a thread of its own, since who reads without awaiting could not answer itself.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface StoreFaults {
  /** Every so many requests fails. Unset: none. */
  readonly every?: number;
  /** Of these methods only. */
  readonly methods?: readonly string[];
  /**
   * `slow_down`: 503; `refused`: the connection ends before anything was done; `answer_lost`: after it was done; `cut`: in the middle of what is read;
   * `silent`: no answer ever comes.
   */
  readonly kind?: 'slow_down' | 'refused' | 'answer_lost' | 'cut' | 'silent';
}

const entry = new URL('./server-thread.js', import.meta.url);
const startDeadlineMs = 30_000;

export class ObjectStoreServer implements AsyncDisposable {
  readonly endpoint: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(buckets: readonly string[]): Promise<ObjectStoreServer> {
    const worker = new Worker(entry, { workerData: { buckets } });
    const [{ port }] = await once(worker, 'message', { signal: AbortSignal.timeout(startDeadlineMs) });
    return new ObjectStoreServer(worker, port);
  }

  /** From the next request on. */
  async fail(faults: StoreFaults): Promise<void> {
    const set = once(this.#worker, 'message', { signal: AbortSignal.timeout(startDeadlineMs) });
    this.#worker.postMessage(faults);
    await set;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
