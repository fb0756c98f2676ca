/**
 * Previews for a process that must stay alive and quick: in a few threads that can be ended, a few more waiting for a bounded time, and everybody else
 * refused at once.
 *
 * A thread that does not answer in time, or crashes, is replaced by another at once. What it had found out until then is the answer.
 */
import { type JobError, type Preview, previewLimits, RequestError, zeroCounters } from '@gridmr/contracts';
import { ThreadCrashedError, ThreadTimeoutError } from '@gridmr/sandbox';
import type { PreviewJob } from './preview-job.js';
import { PreviewSeat } from './preview-seat.js';

type Turn = (seat: PreviewSeat | undefined) => void;

export class PreviewRunner implements AsyncDisposable {
  readonly #seats: readonly PreviewSeat[];
  readonly #free: PreviewSeat[];
  readonly #waiting = new Set<Turn>();
  #disposed = false;

  constructor(dataDirectory: string) {
    this.#seats = Array.from({ length: previewLimits.threadsMax }, () => new PreviewSeat(dataDirectory));
    this.#free = [...this.#seats];
  }

  /** Starts a thread before the first preview is asked for. */
  async warmUp(): Promise<void> {
    await this.#free.at(-1)?.thread();
  }

  /**
   * Once it has a thread, it takes no longer than `waitMs`, `runMs` and `graceMs` together. Throws `RequestError`: `too_many_requests` if too many wait, and what refuses the
   * request itself.
   */
  async run(job: PreviewJob): Promise<Preview> {
    const seat = await this.#takeSeat();
    let found: Preview | undefined;
    try {
      const thread = await seat.thread();
      const { runMs: deadlineMs, graceMs } = previewLimits;
      const onNotice = (notice: unknown) => {
        found = notice as Preview;
      };
      return await thread.run<PreviewJob, Preview>(job, { deadlineMs, graceMs, onNotice });
    } catch (error) {
      await seat.afterFailure();
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      return found ?? emptyPreview(failure);
    } finally {
      this.#giveBack(seat);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const turn of [...this.#waiting]) turn(undefined);
    await Promise.all(this.#seats.map(seat => seat[Symbol.asyncDispose]()));
  }

  async #takeSeat(): Promise<PreviewSeat> {
    if (this.#disposed) throw new Error('the preview runner is closed');
    const seat = this.#free.pop() ?? (await this.#waitForSeat());
    if (seat === undefined) {
      throw new RequestError('too_many_requests', 'Too many previews are running; try again in a moment');
    }
    return seat;
  }

  #waitForSeat(): Promise<PreviewSeat | undefined> {
    if (this.#waiting.size >= previewLimits.waitingMax) return Promise.resolve(undefined);
    return new Promise(resolve => {
      const turn: Turn = seat => {
        clearTimeout(timer);
        this.#waiting.delete(turn);
        resolve(seat);
      };
      const timer = setTimeout(turn, previewLimits.waitMs, undefined);
      this.#waiting.add(turn);
    });
  }

  #giveBack(seat: PreviewSeat): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free.push(seat);
    else next(seat);
  }
}

/** What a thread's end means for the user; undefined for anything else. */
function failureOf(error: unknown): JobError | undefined {
  if (error instanceof ThreadTimeoutError) {
    const message = `the functions did not end within the ${previewLimits.runMs / 1000} s that a preview may take`;
    return { code: 'task_timeout', message };
  }
  if (!(error instanceof ThreadCrashedError)) return undefined;
  return { code: 'memory_limit', message: 'the functions, or what they emit, need more memory than a preview has' };
}

function emptyPreview(error: JobError): Preview {
  const none = { total: 0, items: [] };
  return {
    sample: { files: [], records: 0, bytes: 0, complete: false },
    input: null,
    pairs: none,
    groups: none,
    results: none,
    counters: zeroCounters(),
    logs: [],
    errors: { total: 1, items: [error] },
    warnings: [],
    estimate: null,
    seconds: previewLimits.runMs / 1000,
  };
}
