/** A page of the list of jobs that stays true: what the stream tells of a job changes it, new jobs are read anew, at most once a moment. */
import type { Job, JobListQuery, JobStatusView } from '@gridmr/contracts';
import { api } from '../api.js';
import { generalFeed } from './general-feed.js';
import { Store } from './store.js';

export type JobFilter = Partial<Pick<JobListQuery, 'status' | 'search' | 'client_id'>>;

export interface JobListState {
  readonly jobs: readonly Job[] | undefined;
  readonly hasMore: boolean;
  readonly trouble: string | undefined;
}

const rereadMs = 300;
const pageJobs = 50;
const jobsMax = 500;

export class JobList {
  readonly state = new Store<JobListState>({ jobs: undefined, hasMore: false, trouble: undefined });
  readonly #filter: JobFilter;
  readonly #leaving = new AbortController();
  readonly #stopListening: () => void;
  #wanted = pageJobs;
  #timer: number | undefined;

  constructor(filter: JobFilter) {
    this.#filter = filter;
    this.#stopListening = generalFeed.listen(event => {
      if (event.event === 'reset') this.#rereadSoon();
      else if (event.event === 'status' || event.event === 'progress' || event.event === 'done')
        this.#change(event.data);
    });
    void this.#read();
  }

  /** Shows another page of older jobs. */
  readMore(): void {
    this.#wanted = Math.min(this.#wanted + pageJobs, jobsMax);
    void this.#read();
  }

  close(): void {
    this.#leaving.abort();
    this.#stopListening();
    clearTimeout(this.#timer);
  }

  #change(news: Pick<JobStatusView, 'job_id'> & Partial<JobStatusView>): void {
    const { value } = this.state;
    const known = value.jobs?.find(job => job.job_id === news.job_id);
    const { status } = news;
    if (known === undefined || (status !== undefined && status !== known.status)) this.#rereadSoon();
    if (known === undefined) return;
    const jobs = value.jobs?.map(job => (job === known ? { ...job, ...news } : job));
    this.state.set({ ...value, jobs });
  }

  #rereadSoon(): void {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      void this.#read();
    }, rereadMs);
  }

  async #read(): Promise<void> {
    const { signal } = this.#leaving;
    try {
      const page = await api.listJobs({ ...this.#filter, limit: this.#wanted }, { signal });
      this.state.set({ jobs: page.items, hasMore: page.next_cursor !== null, trouble: undefined });
    } catch (error) {
      if (signal.aborted) return;
      this.state.set({ ...this.state.value, trouble: error instanceof Error ? error.message : String(error) });
      this.#rereadSoon();
    }
  }
}
