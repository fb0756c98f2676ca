/** Runs one scenario of `scenarios/` against a stack of its own, or one that runs already, and judges what it saw. */
import { loadavg } from 'node:os';
import { withStack } from '../bench/bench-stack.mjs';
import { driveFlow, takeSteps } from './drive-flow.mjs';
import { Figures } from './figures.mjs';
import { judge, replaceThresholds } from './judge-thresholds.mjs';
import { repeatRequest } from './repeat-request.mjs';
import { Sender } from './send-request.mjs';
import { ownProcesses, ProcessWatch, reportedProcesses } from './watch-processes.mjs';

/** Out of reach, since they are not what is measured. */
const unlimited = {
  GRIDMR_READS_PER_MINUTE: '10000000',
  GRIDMR_CHANGES_PER_MINUTE: '10000000',
  GRIDMR_CLIENT_JOBS: '100000',
};
const secondMs = 1000;

/**
 * @param scenario of `scenarios/all.mjs`
 * @param options `{seconds, url?, apiKey?, workers, connections, thresholds}`
 */
export async function runScenario(scenario, options) {
  if (options.url !== undefined) return load(scenario, options, options.url);
  return withStack(stack => load(scenario, options, stack.url), options.workers, unlimited);
}

async function load(scenario, options, url) {
  const sender = new Sender(url, options.apiKey);
  const [loadBefore] = loadavg();
  const run = { id: `${Date.now()}-${process.pid}`, connections: connectionsOf(scenario, options) };
  const figures = new Figures();
  const before = new Figures();
  const context = await takeSteps(scenario.prepare(run), sender, before);
  if (context === undefined || before.complaints.size > 0) {
    throw new Error(`${scenario.name} could not be prepared: ${[...before.complaints.keys()].join('; ')}`);
  }
  const watch = new ProcessWatch(options.url === undefined ? ownProcesses : reportedProcesses(sender));
  const started = performance.now();
  await Promise.all(
    scenario.flows.map(flow => runFlow(flow, { context, run, options, url, sender, figures, started })),
  );
  const seconds = (performance.now() - started) / secondMs;
  const processes = await watch.stop();
  const cost = apiCostOf(figures.requests, processes);
  if (scenario.finish !== undefined) await takeSteps(scenario.finish(context), sender, figures);
  sender.close();
  // What is repeated is counted for its own time, without warming up.
  const summary = figures.summary(scenario.flows.some(flow => flow.repeat !== undefined) ? options.seconds : seconds);
  const judged = judge(replaceThresholds(scenario.thresholds, options.thresholds), summary, processes);
  const machine = `${cost}load of the machine before: ${loadBefore.toFixed(1)}`;
  const { name, about } = scenario;
  return { scenario: name, about, seconds, summary, processes, complaints: [...figures.complaints], judged, machine };
}

/** Which says the same on a busy machine. Warming up is in it. */
function apiCostOf(requests, processes) {
  const seconds = processes.filter(({ name }) => name === 'api').reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0);
  return `${((seconds * secondMs) / Math.max(1, requests)).toFixed(2)} ms of the API's processor for a request, `;
}

function connectionsOf({ flows }, { connections }) {
  for (const name of Object.keys(connections)) {
    if (!flows.some(flow => flow.name === name)) throw new Error(`there is no flow ${name}`);
  }
  return Object.fromEntries(flows.map(({ name, connections: own }) => [name, connections[name] ?? own]));
}

async function runFlow(flow, { context, run, options, url, sender, figures, started }) {
  const connections = run.connections[flow.name];
  const { seconds } = options;
  if (flow.repeat === undefined) {
    const begin = () => flow.run(context, run);
    return driveFlow(flow, connections, begin, started + seconds * secondMs, sender, figures);
  }
  const { perSecond } = flow;
  const how = { url, connections, seconds, perSecond, headers: sender.headers, figures };
  return repeatRequest(flow.repeat(context), how);
}
