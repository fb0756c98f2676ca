/**
 * Submits a job. Everything that can be wrong with it is found before anything is stored; once its record is stored
 * the job is promised, and nothing that fails later takes the answer back: the sweep makes up for it.
 *
 * Order: ceilings, client, program, idempotency key, the client's jobs, paths, Redis and the data directory, record, `job.json`, plan message. A key is looked up before the paths are judged, because the
 * job of a repeated request may have written its output already; and taken with the record, because two requests may come at once.
 */
import {
  type AskedJob,
  formatTraceParent,
  type JobSpec,
  type jobRequestSchema,
  newJobId,
  RequestError,
  routes,
  type SubmittedJob,
  specFromRequest,
} from '@gridmr/contracts';
import type { z } from 'zod';
import type { Caller } from './access/caller.js';
import { clientOf } from './access/own-jobs.js';
import { checkCeilings } from './check-ceilings.js';
import { checkClientJobs } from './check-client-jobs.js';
import { checkDataPaths } from './check-data-paths.js';
import type { RequestTrace } from './correlate.js';
import type { ApiDependencies } from './dependencies.js';
import { refuseForeignPaths } from './files/job-paths.js';
import { queueJob } from './queue-job.js';
import { resumeJob } from './resume-job.js';

export interface Submission {
  readonly request: z.output<typeof jobRequestSchema>;
  readonly caller: Caller;
  readonly idempotency: { readonly key: string; readonly digest: string } | undefined;
  readonly trace: RequestTrace;
}

/**
 * Returns the job, which is new unless the idempotency key is known. The answer to a repeated request is the answer
 * to the first one, whatever has become of the job since.
 */
export async function submitJob(
  dependencies: ApiDependencies,
  { request, idempotency, caller, trace }: Submission,
): Promise<SubmittedJob> {
  checkCeilings(request, dependencies.ceilings);
  const jobId = newJobId();
  const clientId = clientOf(caller, request);
  const spec = await understand(dependencies, request, { jobId, clientId });
  const { history } = dependencies;
  const known = idempotency && (await history.findSubmission(spec.client_id, idempotency.key));
  if (known !== undefined && known.digest !== idempotency?.digest) return refuseReuse(known.jobId);
  if (known !== undefined) {
    await resumeOrLeave(dependencies, known.jobId, () => resumeJob(dependencies, known.jobId));
    return submitted(known.jobId);
  }
  await checkClientJobs(dependencies, spec.client_id);
  const mayWork = dependencies.mayWork.check();
  // Its failure is met below: what is wrong with the job comes first.
  mayWork.catch(() => undefined);
  await refuseForeignPaths(dependencies, caller, spec, jobId);
  await checkDataPaths(dependencies.store, spec, jobId);
  await mayWork;

  const asked = askedNow(jobId, spec, trace);
  const { outcome, jobId: ownerId } = await history.addJob({ asked, idempotency });
  if (outcome === 'conflict') return refuseReuse(ownerId);
  await resumeOrLeave(dependencies, ownerId, () =>
    outcome === 'created' ? queueJob(dependencies, asked) : resumeJob(dependencies, ownerId),
  );
  return submitted(ownerId);
}

/** Compiles the program, without running it, and fills in every default. */
async function understand(
  { checker, ceilings }: ApiDependencies,
  request: Submission['request'],
  owned: { readonly jobId: string; readonly clientId: string },
): Promise<JobSpec> {
  const defaults = { ...owned, ...ceilings };
  const { program } = specFromRequest(request, true, defaults);
  const { source, functions } = await checker.check(program, request.language);
  return { ...specFromRequest(request, functions.reduce, defaults), program: source };
}

function askedNow(jobId: string, spec: JobSpec, trace: RequestTrace): AskedJob {
  return { job_id: jobId, spec, submitted_at: new Date().toISOString(), ...traceFields(trace) };
}

/** Of what is asked: whose trace it belongs to. */
export function traceFields({ traceId, parent }: RequestTrace): Pick<AskedJob, 'trace_id' | 'trace_parent'> {
  return { trace_id: traceId, ...(parent === undefined ? {} : { trace_parent: formatTraceParent(parent) }) };
}

/** The request that stored a job may have died before it queued it, so a repeated one makes sure. */
async function resumeOrLeave(dependencies: ApiDependencies, jobId: string, queue: () => Promise<void>): Promise<void> {
  try {
    await queue();
  } catch (error) {
    dependencies.logger.warn('a job is stored but not queued yet; it will be', { job_id: jobId, error });
    dependencies.requestSweep();
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
      events: routes.jobEvents(jobId),
      results: routes.jobResults(jobId),
      cancel: routes.jobCancel(jobId),
    },
  };
}
