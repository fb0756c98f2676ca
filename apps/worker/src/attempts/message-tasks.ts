/**
 * The tasks of one message while the worker is at it: one, or a bundle of tiny ones (`bundle-tasks.ts`).
 *
 * The task thread claims one after the other (`bundle-claims.ts`). Two things close the bundle early: the message takes too long, or an attempt fails. The
 * tasks that were not begun then get messages of their own, and this message keeps the one that was, so that what counts for a message (failed
 * attempts, pauses between them) counts for one task. A bundle that dies half-way comes again whole, and its committed tasks are left alone.
 */
import { type AskedJob, attemptFigures, type Plan, queueLimits, type TaskData, TaskError } from '@gridmr/contracts';
import { BundleClaims, type TaskOutcome } from '@gridmr/tasks';
import type { Job } from 'bullmq';
import { stageOf } from '../steps/stages.js';
import type { StepTools } from '../steps/step-tools.js';
import { addTasksApart } from '../steps/task-flow.js';
import { AttemptNews } from './attempt-news.js';
import { attemptNumber } from './attempt-number.js';
import { repeatNews } from './repeat-news.js';

export interface MessageAtWork {
  readonly message: Job;
  readonly task: TaskData;
  readonly asked: AskedJob;
  readonly plan: Plan;
}

export class MessageTasks implements Disposable {
  readonly indices: readonly number[];
  readonly claims: BundleClaims;
  readonly #tools: StepTools;
  readonly #work: MessageAtWork;
  readonly #news: readonly AttemptNews[];
  readonly #slowMs: number;
  #slow: NodeJS.Timeout;
  /** How many have been told to have ended. */
  #told = 0;
  #lettingGo: Promise<void> | undefined;

  /** @param indices those of the message's tasks that are left to do, at least one */
  constructor(tools: StepTools, work: MessageAtWork, indices: readonly number[]) {
    this.#tools = tools;
    this.#work = work;
    this.indices = indices;
    this.claims = new BundleClaims(indices.length);
    const attempt = attemptNumber(work.message, work.task);
    this.#news = indices.map(index => new AttemptNews(tools, { ...work.task, index }, attempt));
    this.#slowMs = indices.length > 1 ? queueLimits.slowBundleMs : queueLimits.slowMessageMs;
    this.#slow = setTimeout(() => this.#isSlow(), this.#slowMs);
  }

  /** Tells of tasks that came to their end, in order; the first call's are the first ones. The thread is done with the message. */
  async tell(outcomes: readonly TaskOutcome[]): Promise<void> {
    // What is still to do may take long on a busy machine, and the attempts do not run any more.
    clearTimeout(this.#slow);
    for (const outcome of outcomes) {
      const index = this.indices[this.#told];
      const news = this.#news[this.#told++];
      if (news === undefined || index === undefined) throw new Error('more attempts have ended than were asked for');
      if (outcome === 'committed before') {
        await this.#checkWinner(index, news);
        continue;
      }
      const { committed, logLines, startedAt, endedAt, figures } = outcome;
      news.log(logLines);
      const state = committed ? 'committed' : 'superseded';
      news.publish(state, null, committed, { at: endedAt, startedAt, figures });
      if (!committed) await this.#checkWinner(index, news);
    }
  }

  /** No further task is begun. Returns the one that is at work, or was last. */
  close(): number {
    clearTimeout(this.#slow);
    return this.indices[Math.max(0, this.claims.close() - 1)] as number;
  }

  /** All attempts have ended well: nothing more to do, unless tasks were let go and the queue did not take them. */
  async finish(): Promise<void> {
    await this.#lettingGo;
  }

  /**
   * An attempt failed, or had to stop, after those that `ended`. Returns its news; the tasks behind it are queued by themselves, unless the
   * message comes back whole.
   */
  async fail(ended: readonly TaskOutcome[], comesBack: boolean): Promise<AttemptNews> {
    const failed = this.indices.indexOf(this.close());
    try {
      await this.tell(ended);
      await this.#tellUnreported(failed);
      if (!comesBack) await (this.#lettingGo ?? this.#letGo(failed));
    } catch (error) {
      this.#news[failed]?.logger.warn('the tasks of a bundle stay together', { error });
    }
    return this.#news[failed] as AttemptNews;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#slow);
  }

  #isSlow(): void {
    if (this.claims.claimed === 0) {
      this.#slow = setTimeout(() => this.#isSlow(), this.#slowMs);
      return;
    }
    const current = this.claims.close() - 1;
    this.#news[current]?.publish('running');
    this.#lettingGo = this.#letGo(current);
    // It is awaited when the attempt has ended.
    this.#lettingGo.catch(() => undefined);
  }

  /** Queues the tasks behind the one at `current` by themselves; only then does this message forget them. */
  async #letGo(current: number): Promise<void> {
    const { message, task, asked, plan } = this.#work;
    const index = this.indices[current] as number;
    const left = this.indices.slice(current + 1);
    const { job_id, kind, more, attempts_before } = task;
    if (more === undefined) return;
    const flow = { jobId: job_id, ...stageOf(plan, kind), spec: asked.spec, attemptsBefore: attempts_before };
    if (left.length > 0) await addTasksApart(this.#tools.queues, flow, left, message.opts.priority ?? 1);
    await message.updateData({ job_id, kind, index, attempts_before });
  }

  /** The thread was ended before it could report attempts: what is committed says how they ended. */
  async #tellUnreported(end: number): Promise<void> {
    const { job_id, kind } = this.#work.task;
    for (const index of this.indices.slice(this.#told, end)) {
      const news = this.#news[this.#told++];
      const record = await this.#tools.jobs.readCommit(job_id, kind, index);
      if (record === undefined || record.worker_id !== this.#tools.workerId || record.attempt !== news?.attempt)
        continue;
      const figures = attemptFigures(kind, record);
      news.publish('committed', null, true, { at: record.committed_at, startedAt: record.started_at, figures });
    }
  }

  async #checkWinner(index: number, news: AttemptNews): Promise<void> {
    const { job_id, kind } = this.#work.task;
    const winner = await this.#tools.jobs.readCommit(job_id, kind, index);
    if (winner !== undefined) return repeatNews(this.#tools, winner);
    // Its record goes with the intermediates.
    if ((await this.#tools.jobs.readVerdict(job_id)) !== undefined) return;
    throw new TaskError({ code: 'storage_error', message: `the commit of ${news.taskId} vanished` });
  }
}
