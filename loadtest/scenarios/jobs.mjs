/** Jobs whose output is known beforehand, and the steps that see one through. */
import { check, get, pause, post, timing } from './steps.mjs';

const waitMs = 120_000;
const pollMs = 100;
const line = 'to be or not to be\n';
/** Of one line. @type {Readonly<Record<string, number>>} */
const words = { be: 2, not: 1, or: 1, to: 2 };
const ended = ['completed', 'failed', 'cancelled'];

const bytesPerMb = 1024 * 1024;

/** @type {(lines: number) => string} */
export function textOf(lines) {
  return line.repeat(lines);
}

/** What a word count of so many lines gives. @type {(lines: number) => string} */
export function countOf(lines) {
  return Object.entries(words)
    .map(([word, count]) => `${word}\t${count * lines}\n`)
    .join('');
}

/** @type {(input: string, more?: object) => object} */
export function wordCount(input, more = {}) {
  return {
    name: 'word count',
    input_file: input,
    map_function: '(line) => line.split(" ").map(word => [word, 1])',
    reduce_function: '(word, ones) => [word, ones.reduce((a, b) => a + b, 0)]',
    ...more,
  };
}

/** So that each line of the text is a map task. */
export const oneLineSplitMb = line.length / bytesPerMb;

/**
 * Submits a job, in a way that may be repeated. Answers its id, empty if it was refused.
 * @param {object} job
 * @returns {Generator<import('./steps.mjs').Step, string, import('./steps.mjs').Answer>}
 */
export function* submitJob(job) {
  const request = post('submit', '/api/v1/jobs', job, 202);
  const key = `${Date.now()}-${Math.random()}`;
  const answer = yield { ...request, headers: { ...request.headers, 'idempotency-key': key } };
  return answer.status === 202 ? JSON.parse(answer.text).job_id : '';
}

/**
 * Submits a job and waits for its end. Answers its id and how it ended.
 * @param {string} name what its time is called
 * @param {object} job
 * @returns {Generator<import('./steps.mjs').Step, {id: string, status: string}, import('./steps.mjs').Answer>}
 */
export function* completeJob(name, job) {
  const started = Date.now();
  const id = yield* submitJob(job);
  const status = id === '' ? 'refused' : yield* untilEnded(id);
  yield timing(name, Date.now() - started);
  return { id, status };
}

/**
 * @param {string} id
 * @returns {Generator<import('./steps.mjs').Step, string, import('./steps.mjs').Answer>}
 */
export function* untilEnded(id) {
  const deadline = Date.now() + waitMs;
  while (Date.now() < deadline) {
    const answer = yield get('status', `/api/v1/jobs/${id}/status`);
    const status = answer.status === 200 ? JSON.parse(answer.text).status : 'unknown';
    if (ended.includes(status)) return status;
    yield pause(pollMs);
  }
  return 'late';
}

/**
 * A word count of so many lines, from its submission to the last byte of its results.
 * @param {string} name
 * @param {string} input
 * @param {number} lines
 * @param {object} more
 * @returns {Generator<import('./steps.mjs').Step, string, import('./steps.mjs').Answer>}
 */
export function* countedWords(name, input, lines, more) {
  const { id, status } = yield* completeJob(name, wordCount(input, more));
  yield check(`${name} completes`, status === 'completed');
  if (status !== 'completed') return id;
  const results = yield get('results', `/api/v1/jobs/${id}/results?order=key`);
  yield check(`${name} has the right results`, results.text === countOf(lines));
  return id;
}

/**
 * How many jobs have failed or were cancelled until now.
 * @returns {Generator<import('./steps.mjs').Step, number, import('./steps.mjs').Answer>}
 */
export function* endedBadly() {
  const { jobs } = JSON.parse((yield get('system', '/api/v1/metrics/system')).text);
  return jobs.failed + jobs.cancelled;
}

/**
 * Waits until nothing is queued or running any more.
 * @param {import('./steps.mjs').Context} context with `bad`, the jobs that had ended badly before
 * @returns {import('./steps.mjs').Flow}
 */
export function* untilAllEnded({ bad }) {
  for (let left = Number.POSITIVE_INFINITY, changed = Date.now(); left > 0; ) {
    const answer = yield get('system', '/api/v1/metrics/system');
    const { jobs } = JSON.parse(answer.text);
    const now = jobs.queued + jobs.running;
    if (now !== left) changed = Date.now();
    left = now;
    if (left === 0) yield check('no accepted job has failed', jobs.failed + jobs.cancelled === bad);
    else if (Date.now() - changed > waitMs) {
      yield check('all accepted jobs end', false);
      return;
    } else yield pause(pollMs);
  }
}
