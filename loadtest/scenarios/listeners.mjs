/**
 * Many listeners to the events of one job of many tasks: each must be told of every task once, and of the end. The job waits behind another
 * one, the gate, whose tasks take all slots until all are listening.
 */
import { oneLineSplitMb, textOf, wordCount } from './jobs.mjs';
import { check, get, pause, post, upload } from './steps.mjs';

const tasks = 1000;
const slotsMax = 64;
const gatheringMs = 60_000;
const lookMs = 100;

/** @type {import('./steps.mjs').Scenario} */
export const listeners = {
  name: 'listeners',
  about: `listeners to the events of one job of ${tasks} tasks; each must be told all of it, once`,
  *prepare({ id, connections }) {
    const input = `loadtest/${id}/lines.txt`;
    yield upload(input, textOf(tasks));
    const more = { name: 'gate', split_size_mb: oneLineSplitMb, map_function: '() => { for (;;); }' };
    const gate = yield post('submit', '/api/v1/jobs', wordCount(input, { ...more, num_reducers: 0 }), 202);
    yield* untilAllSlotsWork();
    const job = yield post('submit', '/api/v1/jobs', wordCount(input, { split_size_mb: oneLineSplitMb }), 202);
    const expected = connections.listen ?? 1;
    return { gate: JSON.parse(gate.text).job_id, job: JSON.parse(job.text).job_id, expected };
  },
  flows: [
    { name: 'listen', connections: 1000, once: true, run: ({ job }) => listen(String(job)) },
    { name: 'open', connections: 1, once: true, run: openGate },
  ],
  thresholds: [
    { of: 'all', figure: 'errors', max: 0 },
    { of: 'process api', figure: 'peak_rss_mb', max: 256 },
  ],
};

/** @returns {import('./steps.mjs').Flow} */
function* untilAllSlotsWork() {
  for (const deadline = Date.now() + gatheringMs; Date.now() < deadline; yield pause(lookMs)) {
    const { workers } = JSON.parse((yield get('workers', '/api/v1/workers/status')).text);
    /** @type {{slots: number, active_tasks: number}[]} */
    const alive = workers;
    const slots = alive.reduce((sum, worker) => sum + worker.slots, 0);
    if (slots > 0 && slots <= slotsMax && alive.every(worker => worker.active_tasks === worker.slots)) return;
  }
  yield check('the gate takes all slots', false);
}

/** @param {string} job @returns {import('./steps.mjs').Flow} */
function* listen(job) {
  /** @type {Set<number>} */
  const seen = new Set();
  const told = { repeated: 0, isDone: false };
  /** @type {(event: string, data: string) => void} */
  const onEvent = (event, data) => {
    if (event === 'done') told.isDone = true;
    if (event !== 'task') return;
    for (const index of JSON.parse(data).map?.completed ?? []) {
      if (seen.has(index)) told.repeated++;
      seen.add(index);
    }
  };
  yield { ...get('listen', `/api/v1/jobs/${job}/events`), onEvent };
  yield check('a listener is told of every task', seen.size === tasks);
  yield check('a listener is told nothing twice', told.repeated === 0);
  yield check('a listener is told of the end', told.isDone);
}

/** @type {(context: import('./steps.mjs').Context) => import('./steps.mjs').Flow} */
function* openGate({ gate, expected }) {
  for (const deadline = Date.now() + gatheringMs; Date.now() < deadline; yield pause(lookMs)) {
    const { api } = JSON.parse((yield get('system', '/api/v1/metrics/system')).text);
    if (api.listeners >= Number(expected)) break;
  }
  yield post('cancel', `/api/v1/jobs/${gate}/cancel`, {}, 202);
}
