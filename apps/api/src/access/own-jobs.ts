/** A caller with the role `user` has its own jobs only: all others are not there for it, on every route that names a job. */
import { type Job, type JobListQuery, type jobRequestSchema, type Page, RequestError } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import type { RequestHandler } from 'express';
import type { z } from 'zod';
import { noSuchJob } from '../cancel-job.js';
import { type Caller, callerOf } from './caller.js';

type Owners = Pick<History, 'ownerOf'>;

/** Stands in front of every route; does nothing where the path names no job. */
export function guardJob(history: Owners): RequestHandler {
  return async (request, response, next) => {
    const { job_id } = request.params;
    if (typeof job_id === 'string' && !(await mayTouchJob(history, callerOf(response), job_id)))
      throw noSuchJob(job_id);
    next();
  };
}

export async function mayTouchJob(history: Owners, { role, clientId }: Caller, jobId: string): Promise<boolean> {
  return role !== 'user' || (await history.ownerOf(jobId)) === clientId;
}

/** Asking for another client's jobs gives none. */
export async function listOwnJobs(
  history: Pick<History, 'listJobs'>,
  { role, clientId }: Caller,
  query: JobListQuery,
): Promise<Page<Job>> {
  if (role !== 'user') return await history.listJobs(query);
  if ((query.client_id ?? clientId) !== clientId) return { items: [], next_cursor: null };
  return await history.listJobs({ ...query, client_id: clientId });
}

/** Whose job it will be. Throws `RequestError` `forbidden` for a client that the caller may not speak for. */
export function clientOf({ role, clientId }: Caller, { client_id }: z.output<typeof jobRequestSchema>): string {
  const asked = client_id ?? clientId;
  if (role === 'admin' || asked === clientId) return asked;
  throw new RequestError('forbidden', `This key submits jobs of ${clientId}, and of no other client_id`);
}
