/**
 * Submits a job. Everything that can be wrong with it is found before anything is stored; once its record is stored
 * the job is promised, and nothing that fails later takes the answer back: `resume-jobs.ts` makes up for it.
 *
 * Order: ceilings, program, idempotency key seen lately, paths, Redis, record, `job.json`, plan message.
 */
import { randomBytes } from 'node:crypto';
import {
  type AskedJob,
  type JobSpec,
  type jobRequestSchema,
  newJobId,
  RequestError,
  routes,
  type SubmittedJob,
  specFromRequest,
} from '@gridmr/contracts';
import type { AddJobResult } from '@gridmr/history';
import type { z } from 'zod';
import { checkCeilings } from './check-ceilings.js';
import { checkDataPaths } from './check-data-paths.js';
import type { ApiDependencies } from './dependencies.js';
import { queueJob } from './queue-job.js';
import type { RecentSubmissions } from './recent-submissions.js';
import { resumeJob } from './resume-jobs.js';

export interface Submission {
  readonly request: z.output<typeof jobRequestSchema>;
  readonly idempotency: { readonly key: string; readonly digest: string } | undefined;
}

/** Until there are API keys, every caller is this one. */
const anonymousClient = 'anonymous';
const traceIdBytes = 16;

/**
 * Returns the job, which is new unless the idempotency key is known. The answer to a repeated request is the answer
 * to the first one, whatever has become of the job since.
 */
export async function submitJob(
  dependencies: ApiDependencies,
  recent: RecentSubmissions,
  { request, idempotency }: Submission,
): Promise<SubmittedJob> {
  checkCeilings(request, dependencies.ceilings);
  const jobId = newJobId();
  const spec = await understand(dependencies, request, jobId);
  const known = idempotency && recent.find(spec.client_id, idempotency.key);
  if (known !== undefined)
    return known.digest === idempotency?.digest ? submitted(known.jobId) : refuseReuse(known.jobId);

  await checkDataPaths(dependencies.store, spec);
  await dependencies.queue.check();

  const asked = askedNow(jobId, spec);
  const added = await dependencies.history.addJob({ asked, idempotency });
  if (added.outcome === 'conflict') return refuseReuse(added.jobId);
  if (idempotency !== undefined) {
    recent.remember(spec.client_id, idempotency.key, { digest: idempotency.digest, jobId: added.jobId });
  }
  await queueOrLeave(dependencies, asked, added);
  return submitted(added.jobId);
}

/** Compiles the program, without running it, and fills in every default. */
async function understand(
  { checker, ceilings }: ApiDependencies,
  request: Submission['request'],
  jobId: string,
): Promise<JobSpec> {
  const defaults = { jobId, clientId: anonymousClient, ...ceilings };
  const { program } = specFromRequest(request, true, defaults);
  const { source, functions } = await checker.check(program, request.language);
  return { ...specFromRequest(request, functions.reduce, defaults), program: source };
}

function askedNow(jobId: string, spec: JobSpec): AskedJob {
  const traceId = randomBytes(traceIdBytes).toString('hex');
  return { job_id: jobId, spec, submitted_at: new Date().toISOString(), trace_id: traceId };
}

/** The request that stored the job may have died before it queued it, so a repeated one makes sure. */
async function queueOrLeave(
  dependencies: ApiDependencies,
  asked: AskedJob,
  { outcome, jobId }: AddJobResult,
): Promise<void> {
  try {
    if (outcome === 'created') await queueJob(dependencies, asked);
    else await resumeJob(dependencies, jobId);
  } catch (error) {
    const fields = { job_id: jobId, error };
    dependencies.logger.warn('a job is stored but not queued yet; it will be', fields);
    dependencies.requestResume();
  }
}

function refuseReuse(jobId: string): never {
  const detail = 'This Idempotency-Key came with another body before; use a new key for a new job';
  throw new RequestError('idempotency_conflict', detail, { job_id: jobId });
}

function submitted(jobId: string): SubmittedJob {
  return {
    job_id: jobId,
    status: 'queued',
    links: {
      self: routes.job(jobId),
      status: routes.jobStatus(jobId),
      tasks: routes.jobTasks(jobId),
      results: routes.jobResults(jobId),
      cancel: routes.jobCancel(jobId),
    },
  };
}
