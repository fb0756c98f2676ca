/** What every step of a job works with. Made once per process, passed in; `message-trace.ts` makes it a message's own. */
import type { EventPublisher, Logger, LogPublisher, Queues, Span, Tracing } from '@gridmr/runtime';
import type { BlobStore, JobStore } from '@gridmr/storage';
import type { ClientShares } from '../shares/client-shares.js';
import type { KnownJobs } from './known-jobs.js';

export interface StepTools {
  readonly workerId: string;
  readonly store: BlobStore;
  readonly jobs: JobStore;
  readonly known: KnownJobs;
  readonly queues: Queues;
  readonly shares: ClientShares;
  readonly news: EventPublisher;
  readonly liveLog: LogPublisher;
  /** Tells all workers that a job has ended, so that they stop its attempts. */
  readonly announceEnded: (jobId: string) => Promise<void>;
  /** Tells all workers that the task of a message is committed by another attempt, so that the one that has it stops. */
  readonly announceOvertaken: (messageId: string) => Promise<void>;
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** Of the message at work, if it has one. */
  readonly span?: Span | undefined;
}
