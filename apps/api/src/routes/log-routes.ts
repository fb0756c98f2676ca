/** What a job's functions have logged. */
import { logPageSchema, logQuerySchema, routes } from '@gridmr/contracts';
import type { ApiDependencies } from '../dependencies.js';
import { readLogs } from '../read-logs.js';
import { type Route, route } from '../route.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

export function logRoutes(dependencies: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.jobLogs(jobPathParameter),
      id: 'readLogs',
      access: 'read',
      summary: "List what a job's functions have logged",
      description:
        'Lines of committed and of failed attempts, told apart by `attempt_state`: in order of runs, map before reduce, tasks, attempts. An attempt keeps ' +
        'its first lines, up to a share of what a job keeps; the line behind them says how many were dropped. They stay until the job is deleted.',
      params: jobParamsSchema,
      query: logQuerySchema,
      answers: { 200: { description: 'A page of lines', schema: logPageSchema } },
      problems: ['invalid_request', 'not_found', 'database_unavailable', 'storage_unavailable'],
      handle: async ({ params, query }) => ({ status: 200, body: await readLogs(dependencies, params.job_id, query) }),
    }),
  ];
}
