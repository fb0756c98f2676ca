/**
 * All attempts of a job's tasks, read page by page, and a page again when the stream of events has told of a change in it: never
 * more than one page at a time, with a pause between them, so that neither the browser nor the API has much to do while ten
 * thousand tasks change.
 */
import type { Attempt, Task, TaskEvent } from '@gridmr/contracts';
import { api } from '../api.js';
import type { JobFeed } from './job-feed.js';
import { Store } from './store.js';

/** A page of these is read, checked and drawn well within a frame or two. */
const pageTasks = 200;
const pauseMs = 250;
const firstPauseMs = 30;
const retryMs = 3000;
/** The more attempts there are, the more a picture of them costs, and the rarer it is made. */
const tellMsPerAttempt = 0.2;
const tellMsMax = 2000;
/** When the job has ended, attempts that seem to run are looked at again so often, with so much time between. */
const lastReadsMax = 5;
const endPauseMs = 1000;
export const kinds = ['map', 'reduce'] as const;

export type TaskKind = (typeof kinds)[number];

export interface TaskAttempt extends Attempt {
  readonly task_id: string;
  readonly kind: TaskKind;
  readonly index: number;
  /** Parsed once, for pictures of thousands. */
  readonly startedMs: number;
  readonly finishedMs: number | undefined;
}

interface ReadPage {
  /** False: it is known where it begins, and nothing more. */
  readonly isRead: boolean;
  attempts: readonly TaskAttempt[];
  /** Where it begins, for the API. */
  readonly cursor: string | undefined;
}

export class JobAttempts {
  readonly state = new Store<readonly TaskAttempt[]>([]);
  readonly #jobId: string;
  readonly #feed: JobFeed;
  readonly #pages: Record<TaskKind, ReadPage[]> = { map: [], reduce: [] };
  /** `map 3`: the fourth page of map tasks is to be read. */
  readonly #due = new Set<string>();
  readonly #leaving = new AbortController();
  readonly #stopListening: () => void;
  #isReading = false;
  #tellTimer: number | undefined;
  #lastReads = 0;

  constructor(jobId: string, feed: JobFeed) {
    this.#jobId = jobId;
    this.#feed = feed;
    const stopTasks = feed.listen(changed => this.#mark(changed));
    const stopEnd = feed.state.watch(() => this.#markUnended());
    this.#stopListening = () => {
      stopTasks();
      stopEnd();
    };
    this.#mark(undefined);
  }

  close(): void {
    clearTimeout(this.#tellTimer);
    this.#leaving.abort();
    this.#stopListening();
  }

  #mark(changed: TaskEvent | undefined): void {
    for (const kind of kinds) {
      if (changed === undefined) this.#due.add(`${kind} 0`);
      // A page that was never read is reached from the one before it.
      const last = Math.max(0, this.#pages[kind].length - 1);
      const pages = changed === undefined ? this.#pages[kind].keys() : pagesOf(changed[kind]);
      for (const page of pages) this.#due.add(`${kind} ${Math.min(page, last)}`);
    }
    void this.#readDue();
  }

  /** The stream ends with the job; how its last attempts ended may be known a moment later. */
  #markUnended(): void {
    if (!this.#feed.state.told().done || this.#lastReads >= lastReadsMax || this.#due.size > 0) return;
    for (const kind of kinds) {
      for (const [page, { attempts }] of this.#pages[kind].entries()) {
        if (attempts.some(({ state }) => state === 'running')) this.#due.add(`${kind} ${page}`);
      }
    }
    if (this.#due.size === 0) return;
    this.#lastReads++;
    void this.#readDue();
  }

  async #readDue(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const { signal } = this.#leaving;
    while (this.#due.size > 0 && !signal.aborted) {
      const [next = ''] = this.#due;
      this.#due.delete(next);
      const [kind, page] = next.split(' ');
      const isNew = await this.#read(kind as TaskKind, Number(page)).catch(() => {
        this.#due.add(next);
        return undefined;
      });
      await new Promise(resolve => setTimeout(resolve, pauseAfter(isNew)));
    }
    this.#isReading = false;
    if (!signal.aborted && this.#feed.state.told().done) setTimeout(() => this.#markUnended(), endPauseMs);
  }

  get #tellMs(): number {
    return Math.min(tellMsMax, this.state.value.length * tellMsPerAttempt);
  }

  #tell(): void {
    this.#tellTimer = undefined;
    this.state.set(kinds.flatMap(each => this.#pages[each].flatMap(({ attempts }) => attempts)));
  }

  /** Whether the page had not been read before. */
  async #read(kind: TaskKind, page: number): Promise<boolean> {
    const pages = this.#pages[kind];
    const cursor = pages[page]?.cursor;
    const query = { kind, limit: pageTasks, cursor };
    const { items, next_cursor } = await api.tasks(this.#jobId, query, { signal: this.#leaving.signal });
    this.#feed.take(items);
    const isNew = pages[page]?.isRead !== true;
    pages[page] = { cursor, isRead: true, attempts: items.flatMap(attemptsOf) };
    if (next_cursor !== null && pages[page + 1] === undefined) {
      pages[page + 1] = { cursor: next_cursor, isRead: false, attempts: [] };
      this.#due.add(`${kind} ${page + 1}`);
    }
    this.#tellTimer ??= window.setTimeout(() => this.#tell(), this.#tellMs);
    return isNew;
  }
}

function pauseAfter(isNew: boolean | undefined): number {
  if (isNew === undefined) return retryMs;
  return isNew ? firstPauseMs : pauseMs;
}

function pagesOf(changes: TaskEvent['map']): Set<number> {
  const pages = new Set<number>();
  for (const indices of Object.values(changes)) for (const index of indices) pages.add(Math.floor(index / pageTasks));
  return pages;
}

function attemptsOf({ task_id, kind, index, attempts }: Task): TaskAttempt[] {
  return attempts.map(attempt => ({
    ...attempt,
    task_id,
    kind,
    index,
    startedMs: Date.parse(attempt.started_at),
    finishedMs: attempt.finished_at === null ? undefined : Date.parse(attempt.finished_at),
  }));
}
