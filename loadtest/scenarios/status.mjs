/** The status of a job, asked for as fast as it is answered. */
import { countedWords, textOf } from './jobs.mjs';
import { get, upload } from './steps.mjs';

/** @type {import('./steps.mjs').Scenario} */
export const status = {
  name: 'status',
  about: 'the status of a job asked for as fast as it is answered',
  *prepare({ id }) {
    const input = `loadtest/${id}/tiny.txt`;
    yield upload(input, textOf(1));
    const job = yield* countedWords('first job', input, 1, {});
    return { job };
  },
  flows: [{ name: 'status', connections: 50, repeat: ({ job }) => get('status', `/api/v1/jobs/${job}/status`) }],
  thresholds: [
    { of: 'status', figure: 'per_second', min: 2000 },
    { of: 'status', figure: 'p99_ms', max: 250 },
    { of: 'all', figure: 'errors', max: 0 },
    { of: 'process api', figure: 'peak_rss_mb', max: 256 },
  ],
};
