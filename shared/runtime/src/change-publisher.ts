/**
 * Tells all API processes what has changed of jobs, for those who listen there. Only who has stored a change tells of it.
 *
 * What changes of a job within `gatherMs` is one entry of each kind: `status`, `progress`, `task`, and at the end `done`. So 10,000 tasks
 * that change make some entries and not 10,000. The first change after a pause, and the end, are told at once. What waits while
 * Redis is away is bounded by forgetting it: then, and when a write fails, a `gap` says that changes were lost.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Change,
  changeStream,
  isFinished,
  type JobStatusView,
  liveLimits,
  queueLimits,
  type TaskEvent,
  type TaskKind,
  type TaskState,
} from '@gridmr/contracts';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';
import { waitAtMost } from './wait-at-most.js';

/** What has changed of a job. */
export interface ChangedJob {
  readonly clientId: string;
  readonly run: number;
  readonly status: JobStatusView;
  /** Whether its status or its phase is another than before. */
  readonly moved: boolean;
  readonly tasks: readonly { readonly kind: TaskKind; readonly index: number; readonly state: TaskState }[];
}

interface WaitingJob {
  readonly clientId: string;
  run: number;
  status: JobStatusView;
  moved: boolean;
  readonly tasks: Record<TaskKind, Map<number, TaskState>>;
}

export class ChangePublisher implements AsyncDisposable {
  readonly #redis: RedisConnection;
  readonly #logger: Logger;
  #waiting = new Map<string, WaitingJob>();
  #tasksWaiting = 0;
  #lost = false;
  #timer: NodeJS.Timeout | undefined;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;
  #stopping = false;

  /** Over a connection with the role `worker`, which its owner ends. */
  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  /** Never throws and never waits. News of a job that had ended before is not told. */
  publish(change: ChangedJob): void {
    const ended = isFinished(change.status.status);
    if (ended && !change.moved) return;
    this.#gather(change);
    if (this.#tasksWaiting > liveLimits.tasksWaitingMax || this.#waiting.size > liveLimits.jobsWaitingMax) this.#lose();
    if (ended) this.#sendNow();
    else this.#sendSoon(Math.max(0, this.#sentAtMs + liveLimits.gatherMs - performance.now()));
  }

  /** Sends what waits, if Redis takes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const sent = (this.#sending ?? Promise.resolve()).then(() => this.#send());
    await waitAtMost(queueLimits.commandTimeoutMs, sent);
  }

  #gather({ clientId, run, status, moved, tasks }: ChangedJob): void {
    const id = status.job_id;
    const job = this.#waiting.get(id) ?? { clientId, run, status, moved, tasks: { map: new Map(), reduce: new Map() } };
    job.run = run;
    job.status = status;
    job.moved ||= moved;
    for (const { kind, index, state } of tasks) {
      const known = job.tasks[kind];
      if (!known.has(index)) this.#tasksWaiting++;
      known.set(index, state);
    }
    this.#waiting.set(id, job);
  }

  #lose(): void {
    this.#lost = true;
    this.#waiting = new Map();
    this.#tasksWaiting = 0;
  }

  #sendSoon(inMs: number): void {
    if (this.#stopping || this.#sending !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#sendNow(), inMs);
  }

  /** The end of a job waits for nothing but a write that is under way. */
  #sendNow(): void {
    if (this.#stopping || this.#sending !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What else is published in this turn of the loop goes with it.
    const sent = nextTurn().then(() => this.#send());
    this.#sending = sent.finally(() => {
      this.#sending = undefined;
      if (this.#anyHasEnded()) this.#sendNow();
      else if (this.#waiting.size > 0 || this.#lost) this.#sendSoon(liveLimits.gatherMs);
    });
  }

  #anyHasEnded(): boolean {
    return [...this.#waiting.values()].some(({ status }) => isFinished(status.status));
  }

  async #send(): Promise<void> {
    const jobs = this.#waiting;
    const changes: Change[] = this.#lost ? [{ event: 'gap' }] : [];
    this.#waiting = new Map();
    this.#tasksWaiting = 0;
    this.#lost = false;
    for (const job of jobs.values()) changes.push(...changesOf(job));
    if (changes.length === 0) return;
    try {
      await appendChanges(this.#redis, changes);
    } catch (error) {
      this.#lose();
      this.#logger.warn('listeners could not be told what has changed of jobs', { error, changes: changes.length });
    }
    this.#sentAtMs = performance.now();
  }
}

/** Throws what Redis says, or what it did not take. */
export async function appendChanges(redis: RedisConnection, changes: readonly Change[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const change of changes) {
    pipeline.xadd(changeStream, 'MAXLEN', '~', liveLimits.changesKeptMax, '*', 'change', JSON.stringify(change));
  }
  const results = await pipeline.exec();
  const failure = results?.find(([error]) => error !== null)?.[0];
  if (failure) throw failure;
}

function changesOf({ clientId, run, status, moved, tasks }: WaitingJob): Change[] {
  const { job_id, phase, progress, tasks: counts } = status;
  const of = { client_id: clientId, run };
  return [
    ...taskEvents(job_id, tasks).map(data => ({ event: 'task' as const, data, ...of })),
    moved
      ? { event: 'status' as const, data: status, ...of }
      : { event: 'progress' as const, data: { job_id, phase, progress, tasks: counts }, ...of },
    ...(isFinished(status.status) ? [{ event: 'done' as const, data: status, ...of }] : []),
  ];
}

function taskEvents(jobId: string, tasks: WaitingJob['tasks']): TaskEvent[] {
  const events: TaskEvent[] = [];
  for (const kind of ['map', 'reduce'] as const) {
    let room = 0;
    for (const [index, state] of tasks[kind]) {
      if (room-- === 0) {
        events.push({ job_id: jobId, map: {}, reduce: {} });
        room = liveLimits.tasksPerEventMax - 1;
      }
      const byState = events.at(-1)?.[kind];
      if (byState === undefined) continue;
      const indices = byState[state];
      if (indices === undefined) byState[state] = [index];
      else indices.push(index);
    }
  }
  return events;
}
