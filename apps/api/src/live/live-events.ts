/**
 * All listeners of this process: who listens to what, and when they are told. What happens comes through the stream of changes, whichever
 * process found it out. That stream is a hint, as the news of workers are: should the end of a job be lost on the way, the records tell it.
 */
import { type Change, headers, isFinished, liveLimits, RequestError } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import { type Logger, waitAtMost } from '@gridmr/runtime';
import type { Request, Response } from 'express';
import { ChangeLog, type HeldChange } from './change-log.js';
import { jobSnapshot } from './job-snapshot.js';
import { Listener, type Snapshot, type Subject } from './listener.js';
import { eventText, type LastEvent, parseLastEventId } from './server-sent-event.js';
import { ToldJobs } from './told-jobs.js';

/** Whose events a listener to all jobs may see. */
export type MaySee = (job: Pick<HeldChange, 'jobId' | 'clientId'>) => boolean;

const eventsOfAllJobs: readonly HeldChange['event'][] = ['status', 'progress', 'done'];

export class LiveEvents implements Disposable {
  readonly #history: History;
  readonly #logger: Logger;
  readonly #log = new ChangeLog();
  readonly #told = new ToldJobs();
  readonly #listeners = new Map<string | undefined, Set<Listener>>();
  /** Snapshots that are being made: who asks meanwhile gets the same. */
  readonly #snapshots = new Map<string, Promise<Snapshot>>();
  /** Jobs that had ended when they were looked at last, and whose listeners had not heard of it. */
  #suspects = new Set<string>();
  readonly #timers: NodeJS.Timeout[];
  readonly #started: Promise<void>;
  #onStarted: () => void = () => undefined;
  #checking = false;

  constructor(history: History, logger: Logger) {
    this.#history = history;
    this.#logger = logger;
    this.#started = new Promise(resolve => {
      this.#onStarted = resolve;
    });
    this.#timers = [
      setInterval(() => this.#beat(), liveLimits.heartbeatMs),
      setInterval(() => this.#checkEnds(), liveLimits.endCheckMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** How many connections listen. */
  get count(): number {
    let count = 0;
    for (const some of this.#listeners.values()) count += some.size;
    return count;
  }

  get #all(): Listener[] {
    return [...this.#listeners.values()].flatMap(some => [...some]);
  }

  /** What comes next does not follow on what came before. */
  start(id: string): void {
    this.#log.start(id);
    this.#told.clear();
    this.#onStarted();
    this.#snapshots.clear();
    for (const listener of this.#all) listener.startAnew();
  }

  take(changes: readonly { readonly id: string; readonly change: Change }[]): void {
    const jobs = new Set<string>();
    for (const { id, change } of changes) {
      if (change.event === 'gap') {
        this.start(id);
        continue;
      }
      if (this.#told.isOver(change)) continue;
      this.#log.add(id, change);
      jobs.add(change.data.job_id);
    }
    for (const jobId of [...jobs, undefined]) for (const listener of this.#listeners.get(jobId) ?? []) listener.wake();
  }

  /** Answers the request with a job's events, from the one after `Last-Event-ID` on. Throws `RequestError` `not_found`, `too_many_requests`. */
  async listenToJob(jobId: string, request: Request, response: Response): Promise<void> {
    const status = await this.#history.findStatus(jobId);
    if (status === undefined) throw new RequestError('not_found', `There is no job ${jobId}`, { job_id: jobId });
    const last = await this.#resumeAfter(request);
    let told = last?.id;
    if (isFinished(status.status) && last !== undefined) {
      const held = this.#log.reaches(last.id) && this.#log.ofJob(jobId, last.id);
      if (last.isDone && (held === false || held.bytes.length === 0)) {
        // It knows the end: browsers come back for ever, unless they are told so.
        response.status(204).end();
        return;
      }
      if (held === false || !held.isDone) told = undefined;
    }
    const subject: Subject = {
      jobId,
      following: id => this.#log.ofJob(jobId, id),
      snapshot: () => this.#snapshotOf(jobId),
    };
    this.#listen(subject, request, response, told);
  }

  /** The same of the jobs that the caller may see. Others tell it of the system by `tellAll`. */
  async listenToAll(maySee: MaySee, request: Request, response: Response): Promise<void> {
    const wanted = (change: HeldChange) => eventsOfAllJobs.includes(change.event) && maySee(change);
    const subject: Subject = {
      jobId: undefined,
      following: id => this.#log.after(id, wanted),
      snapshot: async () => {
        const id = this.#log.last;
        return { pieces: [Buffer.from(eventText('reset', {}, id))], id, isDone: false };
      },
    };
    this.#listen(subject, request, response, (await this.#resumeAfter(request))?.id);
  }

  /** Whether anybody listens to all jobs. */
  get hasGeneralListeners(): boolean {
    return this.#listeners.has(undefined);
  }

  /** Tells those who listen to all jobs something that is of this moment only. */
  tellAll(event: string, data: object): void {
    const listeners = this.#listeners.get(undefined);
    if (listeners === undefined) return;
    const bytes = Buffer.from(eventText(event, data));
    for (const listener of listeners) listener.tellNow(bytes);
  }

  /** Ends all connections; their clients come back, to whoever serves then. */
  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const listener of this.#all) listener.end();
  }

  /** An API that was started just now is asked to resume before it has read what happened. */
  async #resumeAfter(request: Request): Promise<LastEvent | undefined> {
    const last = parseLastEventId(request.get(headers.lastEventId));
    if (last === undefined || this.#log.last !== undefined) return last;
    await waitAtMost(liveLimits.startWaitMs, this.#started);
    return last;
  }

  #listen(subject: Subject, request: Request, response: Response, told: string | undefined): void {
    if (this.count >= liveLimits.listenersMax) {
      throw new RequestError('too_many_requests', 'Too many listen to events here already; try again in a moment');
    }
    const listener = new Listener(subject, this.#log, response, told);
    // Whoever has gone before it was heard will not go again, and would count for ever.
    if (request.method === 'HEAD' || listener.closed) {
      listener.end();
      return;
    }
    const others = this.#listeners.get(subject.jobId) ?? new Set();
    this.#listeners.set(subject.jobId, others.add(listener));
    response.once('close', () => {
      others.delete(listener);
      if (others.size === 0 && this.#listeners.get(subject.jobId) === others) this.#listeners.delete(subject.jobId);
    });
    listener.wake();
  }

  #snapshotOf(jobId: string): Promise<Snapshot> {
    const making = this.#snapshots.get(jobId);
    if (making !== undefined) return making;
    const snapshot = jobSnapshot(this.#history, jobId, this.#log.last).finally(() => {
      if (this.#snapshots.get(jobId) === snapshot) this.#snapshots.delete(jobId);
    });
    this.#snapshots.set(jobId, snapshot);
    return snapshot;
  }

  /** Keeps connections alive that nothing happens on, and their place in the log. */
  #beat(): void {
    for (const listener of this.#all) {
      listener.cutIfStalled();
      listener.tellNow(': still here\n\n');
      listener.wake();
    }
  }

  async #checkEnds(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const ended = new Set<string>();
    try {
      for (const jobId of [...this.#listeners.keys()]) {
        if (jobId === undefined) continue;
        const status = await this.#history.findStatus(jobId);
        if (status === undefined || isFinished(status.status)) ended.add(jobId);
      }
      for (const jobId of ended) {
        if (!this.#suspects.has(jobId)) continue;
        for (const listener of this.#listeners.get(jobId) ?? []) listener.startAnew();
      }
    } catch (error) {
      this.#logger.warn('listeners may wait for the end of jobs: the records cannot be read', { error });
    } finally {
      this.#suspects = ended;
      this.#checking = false;
    }
  }
}
