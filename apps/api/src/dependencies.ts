/** What the API works with. `main.ts` builds it from the settings; tests build it from real parts of their own. */
import type { ProgramSource } from '@gridmr/contracts';
import type { ProgramFunctions } from '@gridmr/engine';
import type { History, Quota } from '@gridmr/history';
import type { Logger, Tracing } from '@gridmr/runtime';
import type { BlobStore, JobStore } from '@gridmr/storage';
import type { PreviewRunner } from '@gridmr/tasks';
import type { RequestHandler } from 'express';
import type { AccessControl } from './access/access-control.js';
import type { JobQueue } from './job-queue.js';
import type { LiveEvents } from './live/live-events.js';
import type { ServiceMetrics } from './metrics/service-metrics.js';
import type { SystemFigures } from './metrics/system-figures.js';
import type { RecentCheck } from './recent-check.js';

/** Compiles programs without running them. Throws `RequestError` for what does not parse. */
export interface ProgramCheck {
  check(
    source: ProgramSource,
    language: 'javascript' | 'typescript',
  ): Promise<{ readonly source: ProgramSource; readonly functions: ProgramFunctions }>;
}

/** What the settings allow a job at most, and give it by default. */
export interface JobCeilings {
  readonly maxAttempts: number;
  readonly taskTimeoutSeconds: number;
  readonly memoryBytes: number;
}

/** How long what belongs to finished jobs is kept. Undefined: for ever. */
export interface KeptJobs {
  /** Committed tasks of failed and cancelled jobs, for a retry to go on from. */
  readonly retryHours: number;
  /** Records and logs: of jobs that ended since, and of the last so many. */
  readonly days: number | undefined;
  readonly jobs: number | undefined;
}

/** What the settings say about files that come over HTTP. */
export interface FileRules {
  /** Of one upload. */
  readonly bytesMax: number;
  /** Of each client with the role `user`. */
  readonly quota: Quota;
}

export interface ApiDependencies {
  readonly history: History;
  readonly store: BlobStore;
  readonly jobStore: JobStore;
  readonly queue: JobQueue;
  /** Whether Redis and the data directory take what a new job needs. */
  readonly mayWork: RecentCheck;
  readonly checker: ProgramCheck;
  readonly previews: Pick<PreviewRunner, 'run'>;
  readonly live: LiveEvents;
  readonly metrics: ServiceMetrics;
  readonly system: SystemFigures;
  readonly logger: Logger;
  readonly tracing: Tracing;
  readonly ceilings: JobCeilings;
  /** Jobs of one client that have not ended. */
  readonly clientJobsMax: number;
  readonly kept: KeptJobs;
  readonly access: AccessControl;
  /** Shows the queues to admins. */
  readonly queueBoard: RequestHandler;
  readonly fileRules: FileRules;
  /** How long entries of the audit log are kept. */
  readonly auditDays: number;
  readonly version: string;
  /** Asks that every unfinished job be looked at, as soon as Redis and the storage let it. */
  requestSweep(): void;
  /** Tells that a benchmark is there to be run. */
  requestBenchmark(): void;
}
