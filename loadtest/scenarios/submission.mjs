/** Tiny jobs, submitted as fast as they are accepted; each must complete. */
import { endedBadly, textOf, untilAllEnded, wordCount } from './jobs.mjs';
import { post, upload } from './steps.mjs';

/** @type {import('./steps.mjs').Scenario} */
export const submission = {
  name: 'submission',
  about: 'tiny jobs submitted as fast as they are accepted; each must complete',
  *prepare({ id }) {
    const input = `loadtest/${id}/tiny.txt`;
    yield upload(input, textOf(1));
    return { input, bad: yield* endedBadly() };
  },
  flows: [
    {
      name: 'submit',
      connections: 20,
      repeat: ({ input }) => post('submit', '/api/v1/jobs', wordCount(String(input)), 202),
    },
  ],
  finish: untilAllEnded,
  thresholds: [
    { of: 'submit', figure: 'per_second', min: 200 },
    { of: 'submit', figure: 'p99_ms', max: 250 },
    { of: 'all', figure: 'errors', max: 0 },
    { of: 'process api', figure: 'peak_rss_mb', max: 256 },
  ],
};
