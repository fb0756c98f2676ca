/** Clients of different kinds at once: small jobs, jobs of many tasks, and dashboards that look. Each job's output is compared. */
import { countedWords, oneLineSplitMb, textOf } from './jobs.mjs';
import { get, upload } from './steps.mjs';

const bigLines = 300;
const smallLines = 20;

/** @type {import('./steps.mjs').Scenario} */
export const mixedTenants = {
  name: 'mixed-tenants',
  about: 'a client with small jobs, one with jobs of many tasks, and readers; every output is compared',
  *prepare({ id }) {
    const [small, big] = [`loadtest/${id}/small.txt`, `loadtest/${id}/big.txt`];
    yield upload(small, textOf(smallLines));
    yield upload(big, textOf(bigLines));
    return { small, big };
  },
  flows: [
    {
      name: 'small jobs',
      connections: 4,
      *run({ small }) {
        yield* countedWords('small job', String(small), smallLines, { client_id: 'small' });
      },
    },
    {
      name: 'big jobs',
      connections: 2,
      *run({ big }) {
        const more = { client_id: 'big', split_size_mb: oneLineSplitMb, num_reducers: 3 };
        yield* countedWords('big job', String(big), bigLines, more);
      },
    },
    { name: 'readers', connections: 5, perSecond: 20, run: look },
  ],
  thresholds: [
    { of: 'all', figure: 'errors', max: 0 },
    { of: 'small job', figure: 'p95_ms', max: 5000 },
    { of: 'small job', figure: 'count', min: 1 },
    { of: 'list', figure: 'p99_ms', max: 1000 },
    { of: 'process api', figure: 'peak_rss_mb', max: 256 },
  ],
};

/** As a dashboard does that is opened. @returns {import('./steps.mjs').Flow} */
export function* look() {
  yield get('list', '/api/v1/jobs?limit=50');
  yield get('workers', '/api/v1/workers/status');
  yield get('system', '/api/v1/metrics/system');
}
