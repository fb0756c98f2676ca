/** Jobs: submit, list, read, cancel. */
import {
  headers,
  jobIdSchema,
  jobListQuerySchema,
  jobRequestSchema,
  jobSchema,
  jobStatusViewSchema,
  pageSchema,
  requestLimits,
  routes,
  submittedSchema,
} from '@gridmr/contracts';
import { z } from 'zod';
import { listOwnJobs } from '../access/own-jobs.js';
import { cancelJob, noSuchJob } from '../cancel-job.js';
import { canonicalDigest } from '../canonical-digest.js';
import type { ApiDependencies } from '../dependencies.js';
import { type Route, route } from '../route.js';
import { submitJob } from '../submit-job.js';

export const jobParamsSchema = z.object({ job_id: jobIdSchema });
export const jobPathParameter = '{job_id}';

const submitHeadersSchema = z.object({
  [headers.idempotencyKey]: z
    .string()
    .min(1)
    .max(requestLimits.idempotencyKeyLengthMax)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces')
    .optional()
    .meta({ description: 'The same key and body give the same job' }),
});

const jobPageSchema = pageSchema(jobSchema, 'JobPage');

export function jobRoutes(dependencies: ApiDependencies): Route[] {
  return [submitRoute(dependencies), listRoute(dependencies), ...readRoutes(dependencies), cancelRoute(dependencies)];
}

function submitRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'post',
    path: routes.jobs,
    id: 'submitJob',
    access: 'write',
    audit: 'job.submit',
    summary: 'Submit a job',
    headers: submitHeadersSchema,
    body: jobRequestSchema,
    answers: {
      202: {
        description: 'The job is stored and will run, whatever fails from now on',
        schema: submittedSchema,
        headers: { location: 'The path of the job' },
      },
    },
    problems: [
      'forbidden',
      'path_not_allowed',
      'language_not_supported',
      'input_not_found',
      'output_exists',
      'idempotency_conflict',
      'program_does_not_parse',
      'too_many_requests',
      'queue_unavailable',
      'database_unavailable',
      'storage_unavailable',
    ],
    handle: async ({ headers: given, body, request, caller }) => {
      const key = given[headers.idempotencyKey];
      const idempotency = key === undefined ? undefined : { key, digest: canonicalDigest(request.body) };
      const submitted = await submitJob(dependencies, { request: body, idempotency, caller });
      const location = { location: submitted.links.self };
      return { status: 202, body: submitted, headers: location, target: submitted.job_id };
    },
  });
}

function listRoute({ history }: ApiDependencies): Route {
  return route({
    method: 'get',
    path: routes.jobs,
    id: 'listJobs',
    access: 'read',
    summary: 'List jobs, newest first',
    query: jobListQuerySchema,
    answers: { 200: { description: 'A page of jobs', schema: jobPageSchema } },
    problems: ['invalid_request', 'database_unavailable'],
    handle: async ({ query, caller }) => ({ status: 200, body: await listOwnJobs(history, caller, query) }),
  });
}

function readRoutes({ history }: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.job(jobPathParameter),
      id: 'readJob',
      access: 'read',
      summary: 'Read a whole job',
      params: jobParamsSchema,
      answers: { 200: { description: 'The job', schema: jobSchema } },
      problems: ['not_found', 'database_unavailable'],
      handle: async ({ params }) => found(params.job_id, await history.findJob(params.job_id)),
    }),
    route({
      method: 'get',
      path: routes.jobStatus(jobPathParameter),
      id: 'readJobStatus',
      access: 'read',
      summary: "Read a job's status and progress",
      params: jobParamsSchema,
      answers: { 200: { description: 'The status', schema: jobStatusViewSchema } },
      problems: ['not_found', 'database_unavailable'],
      handle: async ({ params }) => found(params.job_id, await history.findStatus(params.job_id)),
    }),
  ];
}

function cancelRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'post',
    path: routes.jobCancel(jobPathParameter),
    id: 'cancelJob',
    access: 'write',
    audit: 'job.cancel',
    summary: 'Cancel a job',
    description: 'Cancelling a cancelled job again is fine.',
    params: jobParamsSchema,
    answers: { 202: { description: 'The job is cancelled; its attempts stop', schema: jobStatusViewSchema } },
    problems: ['not_found', 'already_finished', 'database_unavailable', 'storage_unavailable'],
    handle: async ({ params }) => ({ status: 202, body: await cancelJob(dependencies, params.job_id) }),
  });
}

function found(jobId: string, body: object | undefined): { status: 200; body: object } {
  if (body === undefined) throw noSuchJob(jobId);
  return { status: 200, body };
}
