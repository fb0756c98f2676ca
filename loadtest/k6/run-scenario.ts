/**
 * The scenarios of `../scenarios` in k6: `k6 run -e SCENARIO=status -e URL=http://127.0.0.1:8000 -e DURATION=30s loadtest/k6/run-scenario.ts`. `-e API_KEY=…` where keys are
 * on, `-e CONNECTIONS=listen=100,open=1` for other numbers of connections.
 */
import { check, sleep } from 'k6';
import http from 'k6/http';
import { Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { scenarios } from '../scenarios/all.mjs';
import type { Answer, Context, FlowSpec, Run, Step, Threshold } from '../scenarios/steps.mjs';

const { SCENARIO = 'status', URL: base = 'http://127.0.0.1:8000', DURATION = '30s', API_KEY, CONNECTIONS = '' } = __ENV;
const scenario = scenarios[SCENARIO];
if (scenario === undefined)
  throw new Error(`There is no scenario ${SCENARIO}; there are ${Object.keys(scenarios).join(', ')}`);
const secondMs = 1000;
const longestAnswer = '5m';
const minute = 60;
const jobTimes = new Trend('job_time', true);

const given = Object.fromEntries(
  CONNECTIONS.split(',')
    .filter(pair => pair !== '')
    .map(pair => pair.split('='))
    .map(([name = '', count]): [string, number] => [name, Number(count)]),
);
const connectionsOf = ({ name, connections }: FlowSpec): number => given[name] ?? connections;

/** k6 allows letters, digits and underscores. */
const keyOf = ({ name }: FlowSpec): string => name.replace(/\W/g, '_');

export const options: Options = {
  scenarios: Object.fromEntries(scenario.flows.map(flow => [keyOf(flow), executorOf(flow)])),
  thresholds: thresholdsOf(scenario.thresholds),
  setupTimeout: '2m',
  teardownTimeout: '5m',
};

function executorOf(flow: FlowSpec): NonNullable<Options['scenarios']>[string] {
  const vus = connectionsOf(flow);
  const common = { exec: 'runFlow', env: { FLOW: flow.name } };
  if (flow.once === true)
    return { ...common, executor: 'per-vu-iterations', vus, iterations: 1, maxDuration: longestAnswer };
  if (flow.perSecond === undefined)
    return { ...common, executor: 'constant-vus', vus, duration: DURATION, gracefulStop: '1m' };
  return {
    ...common,
    executor: 'constant-arrival-rate',
    rate: Math.max(1, Math.round(flow.perSecond * minute)),
    timeUnit: '1m',
    duration: DURATION,
    preAllocatedVUs: vus,
    maxVUs: vus,
    gracefulStop: '1m',
  };
}

/** What k6 can see from outside; the rest the runner of this repository judges. */
function thresholdsOf(all: readonly Threshold[]): Record<string, string[]> {
  const thresholds: Record<string, string[]> = { checks: ['rate==1'] };
  for (const { of, figure, min, max } of all) {
    const percentile = /^p(\d+)_ms$/.exec(figure)?.[1];
    const isRequest = of !== 'all' && !of.startsWith('process ') && !of.includes(' ');
    if (!isRequest) continue;
    if (percentile !== undefined && max !== undefined)
      thresholds[`http_req_duration{name:${of}}`] = [`p(${percentile})<=${max}`];
    if (figure === 'per_second' && min !== undefined) thresholds[`http_reqs{name:${of}}`] = [`rate>=${min}`];
  }
  return thresholds;
}

const run: Run = {
  id: `k6-${Date.now()}`,
  connections: Object.fromEntries((scenario?.flows ?? []).map(flow => [flow.name, connectionsOf(flow)])),
};

export function setup(): Context {
  const context = takeSteps(scenario?.prepare(run));
  if (context === undefined) throw new Error(`${SCENARIO} could not be prepared`);
  return context;
}

export function runFlow(context: Context): void {
  const flow = scenario?.flows.find(({ name }) => name === __ENV.FLOW);
  if (flow?.repeat !== undefined) take(flow.repeat(context));
  else takeSteps(flow?.run?.(context, run));
}

export function teardown(context: Context): void {
  takeSteps(scenario?.finish?.(context));
}

function takeSteps<Result>(flow: Generator<Step, Result, Answer> | undefined): Result | undefined {
  if (flow === undefined) return undefined;
  const nothing: Answer = { status: 0, text: '', ms: 0 };
  let next = flow.next(nothing);
  while (next.done !== true) next = flow.next(take(next.value) ?? nothing);
  return next.value;
}

function take(step: Step): Answer | undefined {
  if (step.step === 'pause') sleep(step.ms / secondMs);
  else if (step.step === 'check') check(null, { [step.name]: () => step.ok });
  else if (step.step === 'timing') jobTimes.add(step.ms, { name: step.name });
  else return send(step);
  return undefined;
}

function send({ method, path, body, headers, name, expect, onEvent }: Extract<Step, { step: 'request' }>): Answer {
  const authorization: Record<string, string> = API_KEY === undefined ? {} : { authorization: `Bearer ${API_KEY}` };
  const params = { headers: { ...headers, ...authorization }, tags: { name }, timeout: longestAnswer };
  const response = http.request(method, `${base}${path}`, body ?? null, params);
  check(response, { [`${name} is answered ${expect}`]: ({ status }) => status === expect });
  const text = String(response.body ?? '');
  if (onEvent !== undefined) tellEvents(text, onEvent);
  return { status: response.status, text, ms: response.timings.duration };
}

/** The stream has ended with its job, so all of it is here. */
function tellEvents(text: string, onEvent: (event: string, data: string) => void): void {
  for (const block of text.split('\n\n')) {
    const event = /^event: (.*)$/m.exec(block)?.[1];
    if (event !== undefined) onEvent(event, /^data: (.*)$/m.exec(block)?.[1] ?? '');
  }
}
