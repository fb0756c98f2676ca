/** One job as its stream of events tells it: status, task states, log lines. Lives as long as the page that shows it. */
import type { JobStatusView, JobStreamEvent, LogEvent, ProgressEvent, Task, TaskEvent } from '@gridmr/contracts';
import { api } from '../api.js';
import { faultText } from '../parts/fault-text.js';
import { isRefusal, sessionKeeper } from '../session/session-keeper.js';
import { Store } from './store.js';
import { TaskStates } from './task-states.js';

const logEventsKept = 500;
/** Between attempts to follow again, after the client has given up. */
const comeBackMs = 1000;

export interface JobFeedState {
  readonly status: JobStatusView | undefined;
  readonly logs: readonly LogEvent[];
  /** Counts changes of task states. */
  readonly version: number;
  /** What keeps the page from being live, in the API's words. */
  readonly trouble: string | undefined;
  readonly done: boolean;
}

/** `undefined`: all that was told before is void. */
type TaskListener = (changed: TaskEvent | undefined) => void;

export class JobFeed {
  readonly map = new TaskStates();
  readonly reduce = new TaskStates();
  readonly state = new Store<JobFeedState>({
    status: undefined,
    logs: [],
    version: 0,
    trouble: undefined,
    done: false,
  });
  readonly #jobId: string;
  readonly #leaving = new AbortController();
  readonly #listeners = new Set<TaskListener>();

  constructor(jobId: string) {
    this.#jobId = jobId;
    void this.#follow();
  }

  /** Tells which tasks have changed, until the returned function is called. */
  listen(listener: TaskListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tasks as they were read. The stream of a job that has ended tells of none; of others it knows better. */
  take(tasks: readonly Task[]): void {
    if (!this.state.value.done) return;
    for (const { kind, index, state } of tasks) this[kind].set(index, state);
    this.#change({});
  }

  close(): void {
    this.#leaving.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#leaving;
    while (!signal.aborted && !this.state.value.done) {
      try {
        for await (const event of api.events(this.#jobId, { signal })) this.#take(event);
      } catch (error) {
        if (signal.aborted) return;
        if (isRefusal(error)) await sessionKeeper.admitted();
        else this.#change({ trouble: faultText(error) });
      }
      if (!this.state.value.done) await new Promise(resolve => setTimeout(resolve, comeBackMs));
    }
  }

  #take(event: JobStreamEvent): void {
    if (event.event === 'status' || event.event === 'done') this.#takeStatus(event);
    else if (event.event === 'progress') this.#takeProgress(event.data);
    else if (event.event === 'task') this.#takeTasks(event.data);
    else this.#change({ logs: [...this.state.value.logs, event.data].slice(-logEventsKept) });
  }

  #takeProgress(news: ProgressEvent): void {
    const { status } = this.state.value;
    this.#resize(news.tasks);
    if (status !== undefined) this.#change({ status: { ...status, ...news } });
  }

  #takeTasks(changed: TaskEvent): void {
    this.map.apply(changed.map);
    this.reduce.apply(changed.reduce);
    this.#tell(changed);
    this.#change({});
  }

  #takeStatus({ event, data }: Extract<JobStreamEvent, { event: 'status' | 'done' }>): void {
    this.#resize(data.tasks);
    if ('snapshot' in data && data.snapshot) {
      // Pending, all of them: what is not follows.
      this.map.fill('pending');
      this.reduce.fill('pending');
      this.#tell(undefined);
    }
    if (event === 'done' && data.status === 'completed') {
      this.map.fill('completed');
      this.reduce.fill('completed');
    }
    this.#change({ status: data, done: event === 'done' });
  }

  #resize(tasks: JobStatusView['tasks']): void {
    this.map.resize(tasks.map.total);
    this.reduce.resize(tasks.reduce.total);
  }

  #tell(changed: TaskEvent | undefined): void {
    for (const listener of this.#listeners) listener(changed);
  }

  #change(change: Partial<JobFeedState>): void {
    const { value } = this.state;
    this.state.set({ ...value, trouble: undefined, ...change, version: value.version + 1 });
  }
}
