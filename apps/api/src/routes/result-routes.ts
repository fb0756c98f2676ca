/** A job's results, streamed. */
import { resultMediaTypes, resultsQuerySchema, routes } from '@gridmr/contracts';
import { noSuchJob } from '../cancel-job.js';
import type { ApiDependencies } from '../dependencies.js';
import { resultsExample } from '../docs/answer-examples.js';
import { findResults } from '../results/find-results.js';
import { MergeSeats } from '../results/merge-seats.js';
import { streamResults } from '../results/stream-results.js';
import { type Route, route } from '../route.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

export function resultRoutes({ history, store }: ApiDependencies): Route[] {
  const seats = new MergeSeats();
  return [
    route({
      method: 'get',
      path: routes.jobResults(jobPathParameter),
      id: 'readResults',
      access: 'read',
      summary: "Stream a completed job's results",
      description:
        "The parts in partition order, or merged into one order of keys by `order=key`; in the job's own output format, or in the one " +
        'that `Accept` likes better: `application/x-ndjson`, `text/csv` or `text/tab-separated-values`. Compressed output is ' +
        'decompressed on the way; whole results in their own format and order are sent as they are, with `Content-Encoding: gzip`, to who ' +
        'accepts that. CSV has two columns and no header; fields may hold line feeds. Read from stored TSV, a value whose text is ' +
        'a JSON number, `true`, `false`, `null`, an array or an object is that, every other one a string (from CSV, only a string ' +
        'that is the text of an array or object is taken for one); keys that stand in order are always what they were. Store `jsonl` ' +
        'if nothing must be confused. A download that cannot be finished is cut off.',
      params: jobParamsSchema,
      query: resultsQuerySchema,
      answers: {
        200: {
          description: 'The records, each with its end of line',
          mediaTypes: Object.values(resultMediaTypes),
          example: resultsExample,
          headers: {
            'content-length': 'Of whole results in their own format, unless they are sent compressed',
            'content-encoding': '`gzip`, of compressed results that are sent as they are stored',
          },
        },
      },
      problems: [
        'invalid_request',
        'not_found',
        'not_finished',
        'no_results',
        'not_sorted',
        'too_many_requests',
        'database_unavailable',
        'storage_unavailable',
      ],
      handle: async ({ params, query, caller, request, response }) => {
        const job = await history.findJob(params.job_id);
        if (job === undefined) throw noSuchJob(params.job_id);
        const parts = await findResults(store, job, query);
        const { output_format: stored, output_compression: compression } = job.spec;
        const { limit, order } = query;
        const stream = () => streamResults(store, { parts, stored, compression, limit, order }, request, response);
        await (order === 'key' ? seats.during(caller, stream) : stream());
        return undefined;
      },
    }),
  ];
}
