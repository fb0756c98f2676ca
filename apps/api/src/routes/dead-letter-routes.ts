/** The records that a job skipped. */
import { deadLetterSchema, pageQuerySchema, pageSchema, routes } from '@gridmr/contracts';
import { noSuchJob } from '../cancel-job.js';
import { readLetterPage } from '../dead-letters/read-letter-page.js';
import type { ApiDependencies } from '../dependencies.js';
import { type Route, route } from '../route.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

const letterPageSchema = pageSchema(deadLetterSchema, 'DeadLetterPage');

export function deadLetterRoutes({ history, store, jobStore }: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.jobDeadLetters(jobPathParameter),
      id: 'listDeadLetters',
      access: 'read',
      summary: 'List the records that a job skipped as bad, in order of map tasks',
      description:
        'Those of committed attempts, each once, while the job runs and for as long as it is kept. Empty for a job with `on_record_error: "fail"`.',
      params: jobParamsSchema,
      query: pageQuerySchema,
      answers: { 200: { description: 'A page of skipped records', schema: letterPageSchema } },
      problems: ['invalid_request', 'not_found', 'database_unavailable', 'storage_unavailable'],
      handle: async ({ params, query }) => {
        // A run takes over what the map tasks that it keeps have skipped.
        const run = await history.currentRun(params.job_id);
        if (run === undefined) throw noSuchJob(params.job_id);
        return { status: 200, body: await readLetterPage(store, jobStore, run, query) };
      },
    }),
  ];
}
