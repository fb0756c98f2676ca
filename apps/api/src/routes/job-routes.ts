/** Jobs: submit, list, read, cancel, retry, delete. */
import {
  headers,
  jobIdSchema,
  jobListQuerySchema,
  jobRequestSchema,
  jobSchema,
  jobStatusViewSchema,
  pageSchema,
  requestLimits,
  retryRequestSchema,
  routes,
  submittedSchema,
} from '@gridmr/contracts';
import { z } from 'zod';
import { listOwnJobs } from '../access/own-jobs.js';
import { cancelJob, noSuchJob } from '../cancel-job.js';
import { canonicalDigest } from '../canonical-digest.js';
import { forRequest, noteJob, traceOf } from '../correlate.js';
import { deleteJob } from '../delete-job.js';
import type { ApiDependencies } from '../dependencies.js';
import { statusExample, submittedExample } from '../docs/answer-examples.js';
import { submitExamples } from '../docs/submit-examples.js';
import { retryJob } from '../retry-job.js';
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
  return [
    submitRoute(dependencies),
    listRoute(dependencies),
    ...readRoutes(dependencies),
    cancelRoute(dependencies),
    retryRoute(dependencies),
    deleteRoute(dependencies),
  ];
}

function submitRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'post',
    path: routes.jobs,
    id: 'submitJob',
    access: 'write',
    audit: 'job.submit',
    summary: 'Submit a job',
    description:
      'The functions are compiled at once, and run later. `name`, an input and a map function (or a `program`) are required. With an `Idempotency-Key` the request may be sent again, and gives the same job.',
    headers: submitHeadersSchema,
    body: jobRequestSchema,
    examples: submitExamples,
    answers: {
      202: {
        description: 'The job is stored and will run, whatever fails from now on',
        schema: submittedSchema,
        example: submittedExample,
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
    handle: async ({ headers: given, body, request, response, caller }) => {
      const key = given[headers.idempotencyKey];
      const idempotency = key === undefined ? undefined : { key, digest: canonicalDigest(request.body) };
      const own = forRequest(dependencies, request, response);
      const trace = traceOf(response);
      const submitted = await submitJob(own, { request: body, idempotency, caller, trace });
      noteJob(response, submitted.job_id);
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
      answers: { 200: { description: 'The status', schema: jobStatusViewSchema, example: statusExample } },
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
    handle: async ({ params, request, response }) => {
      const own = forRequest(dependencies, request, response);
      return { status: 202, body: await cancelJob(own, params.job_id) };
    },
  });
}

function retryRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'post',
    path: routes.jobRetry(jobPathParameter),
    id: 'retryJob',
    access: 'write',
    audit: 'job.retry',
    summary: 'Retry a job that has failed or was cancelled',
    description:
      'The job goes on from its committed tasks, in a new run. What the body changes is made again, with what depends on it: the map, combine or ' +
      'partition function, a program or the parameters repeat all tasks, the reduce function repeats reduce tasks (and all, if the one before made a `Set` of its values and there was no combiner), limits repeat ' +
      'nothing. Committed tasks are kept for a while after the end of a run (see the settings); then the job begins anew.',
    params: jobParamsSchema,
    body: retryRequestSchema,
    bodyIsOptional: true,
    answers: { 202: { description: 'The job is queued again', schema: jobStatusViewSchema } },
    problems: [
      'language_not_supported',
      'not_found',
      'not_retryable',
      'program_does_not_parse',
      'queue_unavailable',
      'database_unavailable',
      'storage_unavailable',
    ],
    handle: async ({ params, body, request, response }) => {
      const own = forRequest(dependencies, request, response);
      return { status: 202, body: await retryJob(own, params.job_id, body, traceOf(response)) };
    },
  });
}

function deleteRoute(dependencies: ApiDependencies): Route {
  return route({
    method: 'delete',
    path: routes.job(jobPathParameter),
    id: 'deleteJob',
    access: 'write',
    audit: 'job.delete',
    summary: 'Delete a finished job, its output and its history',
    description:
      'Of the output directory only what the job has written is removed. A job that has not finished is to be cancelled first.',
    params: jobParamsSchema,
    answers: { 204: { description: 'The job is gone' } },
    problems: ['not_found', 'not_finished', 'database_unavailable', 'storage_unavailable'],
    handle: async ({ params, request, response }) => {
      await deleteJob(forRequest(dependencies, request, response), params.job_id);
      return { status: 204, body: undefined };
    },
  });
}

function found(jobId: string, body: object | undefined): { status: 200; body: object } {
  if (body === undefined) throw noSuchJob(jobId);
  return { status: 200, body };
}
