/**
 * What a load test is made of, for whoever runs it: k6, or the runner in `load/`. Nothing here and in its neighbours knows either, so they import
 * nothing of Node.js and nothing of k6.
 *
 * A flow is a generator that yields steps, one after the other, and is given their outcomes: it reads like a program that waits, and each runner
 * waits in its own way.
 *
 * @typedef {{status: number, text: string, ms: number}} Answer
 *
 * @typedef {object} RequestStep
 * @property {'request'} step
 * @property {string} name what its figures are called
 * @property {'GET' | 'POST' | 'PUT' | 'DELETE'} method
 * @property {string} path
 * @property {string} [body]
 * @property {Readonly<Record<string, string>>} [headers]
 * @property {number} expect the status that is right; any other is an error
 * @property {(event: string, data: string) => void} [onEvent] the answer is a stream of events, which it is told instead of its text
 *
 * @typedef {{step: 'pause', ms: number}} PauseStep
 * @typedef {{step: 'check', name: string, ok: boolean}} CheckStep
 * @typedef {{step: 'timing', name: string, ms: number}} TimingStep
 * @typedef {RequestStep | PauseStep | CheckStep | TimingStep} Step
 *
 * @typedef {Generator<Step, void, Answer>} Flow
 * @typedef {Generator<Step, Context, Answer>} Preparation
 *
 * @typedef {Readonly<Record<string, string | number>>} Context what `prepare` has found out; plain, since k6 hands it on as JSON
 *
 * @typedef {object} Run
 * @property {string} id unique among all runs
 * @property {Readonly<Record<string, number>>} connections by flow
 *
 * @typedef {object} FlowSpec
 * @property {string} name
 * @property {number} connections how many go on at once
 * @property {number} [perSecond] iterations of all of them together; without it as fast as they are answered
 * @property {boolean} [once] each connection makes one iteration
 * @property {(context: Context) => RequestStep} [repeat] the same request again and again, instead of:
 * @property {(context: Context, run: Run) => Flow} [run]
 *
 * @typedef {object} Threshold
 * @property {string} of the name of requests or timings, `all`, or `process <name>`
 * @property {'per_second' | 'p50_ms' | 'p95_ms' | 'p99_ms' | 'errors' | 'count' | 'peak_rss_mb' | 'growth_percent' | 'restarts'} figure
 * @property {number} [min]
 * @property {number} [max]
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} about
 * @property {(run: Run) => Preparation} prepare
 * @property {readonly FlowSpec[]} flows
 * @property {(context: Context) => Flow} [finish]
 * @property {readonly Threshold[]} thresholds
 */

/** @type {(name: string, path: string, expect?: number) => RequestStep} */
export function get(name, path, expect = 200) {
  return { step: 'request', name, method: 'GET', path, expect };
}

/** @type {(name: string, path: string, value: object, expect: number) => RequestStep} */
export function post(name, path, value, expect) {
  const headers = { 'content-type': 'application/json' };
  return { step: 'request', name, method: 'POST', path, body: JSON.stringify(value), headers, expect };
}

/** @type {(path: string, text: string) => RequestStep} */
export function upload(path, text) {
  const headers = { 'content-type': 'application/octet-stream' };
  return {
    step: 'request',
    name: 'upload',
    method: 'PUT',
    path: `/api/v1/files/${path}`,
    body: text,
    headers,
    expect: 201,
  };
}

/** @type {(ms: number) => PauseStep} */
export function pause(ms) {
  return { step: 'pause', ms };
}

/** @type {(name: string, ok: boolean) => CheckStep} */
export function check(name, ok) {
  return { step: 'check', name, ok };
}

/** @type {(name: string, ms: number) => TimingStep} */
export function timing(name, ms) {
  return { step: 'timing', name, ms };
}
