/**
 * A load that the machine bears easily, for as long as one likes: jobs that complete, skip records, fail and are cancelled, listeners and readers. Every output
 * is compared, every job deleted afterwards; no process may end, nor grow.
 */
import { completeJob, countedWords, oneLineSplitMb, submitJob, textOf, untilEnded, wordCount } from './jobs.mjs';
import { look } from './mixed-tenants.mjs';
import { check, get, pause, post, upload } from './steps.mjs';

/** @typedef {import('./steps.mjs').Flow} Flow */
/** @typedef {import('./steps.mjs').Context} Context */

const smallLines = 20;
const bigLines = 200;
const badRecords = 7;
const beginMs = 300;
/** Of the memory that a process has in the middle of the run. */
const growthPercentMax = 15;

/** @type {import('./steps.mjs').Scenario} */
export const soak = {
  name: 'soak',
  about: 'mixed jobs, listeners and readers at a bounded rate; outputs right, memory flat, no process ends',
  *prepare({ id }) {
    const [small, big, bad] = ['small', 'big', 'bad'].map(name => `loadtest/${id}/${name}.txt`);
    yield upload(String(small), textOf(smallLines));
    yield upload(String(big), textOf(bigLines));
    yield upload(String(bad), textOf(smallLines) + 'bad\n'.repeat(badRecords));
    return { small: String(small), big: String(big), bad: String(bad) };
  },
  flows: [
    { name: 'small jobs', connections: 10, perSecond: 1, run: smallJob },
    { name: 'big jobs', connections: 2, perSecond: 0.1, run: bigJob },
    { name: 'jobs with bad records', connections: 2, perSecond: 0.2, run: skippingJob },
    { name: 'failing jobs', connections: 2, perSecond: 0.2, run: failingJob },
    { name: 'cancelled jobs', connections: 2, perSecond: 0.1, run: cancelledJob },
    { name: 'listeners', connections: 4, perSecond: 0.5, run: heardJob },
    { name: 'readers', connections: 2, perSecond: 2, run: look },
  ],
  thresholds: [
    { of: 'all', figure: 'errors', max: 0 },
    { of: 'small job', figure: 'count', min: 1 },
    { of: 'list', figure: 'p99_ms', max: 2000 },
    { of: 'process api', figure: 'growth_percent', max: growthPercentMax },
    { of: 'process api', figure: 'restarts', max: 0 },
    { of: 'process worker', figure: 'growth_percent', max: growthPercentMax },
    { of: 'process worker', figure: 'restarts', max: 0 },
    { of: 'process api', figure: 'peak_rss_mb', max: 256 },
    { of: 'process worker', figure: 'peak_rss_mb', max: 512 },
  ],
};

/** @param {string} id @returns {Flow} */
function* remove(id) {
  if (id === '') return;
  yield { ...get('delete', `/api/v1/jobs/${id}`, 204), method: 'DELETE' };
}

/** @param {Context} context @returns {Flow} */
function* smallJob({ small }) {
  yield* remove(yield* countedWords('small job', String(small), smallLines, { client_id: 'small' }));
}

/** @param {Context} context @returns {Flow} */
function* bigJob({ big }) {
  const more = { client_id: 'big', split_size_mb: oneLineSplitMb, num_reducers: 3 };
  yield* remove(yield* countedWords('big job', String(big), bigLines, more));
}

/** @param {Context} context @returns {Flow} */
function* skippingJob({ bad }) {
  const map_function =
    '(line) => { if (line === "bad") throw new Error("a bad record"); return line.split(" ").map(word => [word, 1]); }';
  const more = { client_id: 'bad', on_record_error: 'skip', map_function };
  const id = yield* countedWords('job with bad records', String(bad), smallLines, more);
  if (id === '') return;
  const letters = yield get('dead letters', `/api/v1/jobs/${id}/dead-letters`);
  yield check('every bad record is listed', JSON.parse(letters.text).items?.length === badRecords);
  yield* remove(id);
}

/** @param {Context} context @returns {Flow} */
function* failingJob({ small }) {
  const map_function = '(line) => line.nothing.at(0)';
  const job = wordCount(String(small), { client_id: 'failing', map_function });
  const { id, status } = yield* completeJob('failing job', job);
  if (id === '') return;
  yield check('a failing job fails', status === 'failed');
  const answer = yield get('job', `/api/v1/jobs/${id}`);
  yield check('a failed job says why', JSON.parse(answer.text).error?.code === 'user_code_error');
  yield* remove(id);
}

/** @param {Context} context @returns {Flow} */
function* cancelledJob({ small }) {
  const job = wordCount(String(small), { client_id: 'cancelled', map_function: '() => { for (;;); }' });
  const id = yield* submitJob(job);
  if (id === '') return;
  yield pause(beginMs);
  yield post('cancel', `/api/v1/jobs/${id}/cancel`, {}, 202);
  yield check('a cancelled job is cancelled', (yield* untilEnded(id)) === 'cancelled');
  yield* remove(id);
}

/** @param {Context} context @returns {Flow} */
function* heardJob({ small }) {
  const id = yield* submitJob(wordCount(String(small), { client_id: 'heard' }));
  if (id === '') return;
  let isDone = false;
  const onEvent = (/** @type {string} */ event) => {
    isDone ||= event === 'done';
  };
  yield { ...get('listen', `/api/v1/jobs/${id}/events`), onEvent };
  yield check('a listener is told of the end', isDone);
  yield* remove(id);
}
