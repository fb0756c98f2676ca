/** A job's results, streamed. */
import { resultsQuerySchema, routes } from '@gridmr/contracts';
import { noSuchJob } from '../cancel-job.js';
import type { ApiDependencies } from '../dependencies.js';
import { findResults } from '../find-results.js';
import { type Route, route } from '../route.js';
import { resultMediaTypes, streamResults } from '../stream-results.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

export function resultRoutes({ history, store }: ApiDependencies): Route[] {
  return [
    route({
      method: 'get',
      path: routes.jobResults(jobPathParameter),
      id: 'readResults',
      summary: "Stream a completed job's results",
      description:
        "The parts in partition order, in the job's own output format, or as JSON lines for " +
        '`Accept: application/x-ndjson`. From stored TSV, a key or value whose text is a JSON number, `true`, `false`, ' +
        '`null`, an array or an object reads as that, every other one as a string; store `jsonl` if the string "1" ' +
        'and the number 1 must not be confused. A download that cannot be finished is cut off.',
      params: jobParamsSchema,
      query: resultsQuerySchema,
      answers: {
        200: {
          description: 'The records, one a line',
          mediaTypes: Object.values(resultMediaTypes),
          headers: { 'content-length': 'Of whole parts in their stored format' },
        },
      },
      problems: [
        'invalid_request',
        'not_found',
        'not_finished',
        'no_results',
        'database_unavailable',
        'storage_unavailable',
      ],
      handle: async ({ params, query, request, response }) => {
        const job = await history.findJob(params.job_id);
        if (job === undefined) throw noSuchJob(params.job_id);
        const parts = await findResults(store, job, query);
        const results = { parts, stored: job.spec.output_format, limit: query.limit };
        await streamResults(store, results, request, response);
        return undefined;
      },
    }),
  ];
}
