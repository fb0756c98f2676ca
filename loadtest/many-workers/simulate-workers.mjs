/**
 * What Redis has to do for very many workers: so many simulated ones in a few processes, on a private native Redis, first idle, then with a flow of empty tasks, queued as
 * the plan step queues them. Redis itself tells what it cost: processor time, commands, memory, connections.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { messageIds, newJobId } from '@gridmr/contracts';
import { connectRedis, createLogger, openQueues, startQueueServer } from '@gridmr/runtime';
import { addTaskFlow } from '../../apps/worker/dist/steps/task-flow.js';
import { table } from '../load/print-report.mjs';
import { readRedis, redisBetween } from './redis-cost.mjs';

const perProcess = 250;
const workersMax = 20_000;
const tasksMax = 1_000_000;
const idleSeconds = 5;
const secondMs = 1000;
const pollMs = 100;
const standStillMs = 300_000;
const crowdEntry = fileURLToPath(new URL('./crowd.mjs', import.meta.url));
const logger = createLogger({ level: 'error', service: 'many-workers' });

export async function simulateWorkers({ workers = '1000', tasks, seconds = idleSeconds, thresholds, write }) {
  if (thresholds.length > 0)
    throw new Error('many-workers says what Redis does, and has no thresholds: leave --threshold out');
  const counts = { workers: bounded(workers, workersMax), tasks: bounded(tasks, tasksMax), seconds };
  const directory = await mkdtemp(join(tmpdir(), 'gridmr-many-workers-'));
  const server = await startQueueServer({ dataDirectory: directory, logger, force: 'native' });
  const redis = connectRedis(server.url, 'worker', logger);
  const queues = openQueues(redis, { logger });
  const crowd = [];
  try {
    const report = await measure({ redis, queues, url: server.url, crowd }, counts);
    print(report);
    write('many-workers.json', `${JSON.stringify(report, undefined, 2)}\n`);
    console.log('\nWritten to loadtest/results/many-workers.json');
    return 0;
  } finally {
    for (const child of crowd) child.kill('SIGKILL');
    await queues.close();
    redis.disconnect();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure({ redis, queues, url, crowd }, { workers, tasks, seconds }) {
  const empty = await readRedis(redis);
  for (let left = workers; left > 0; left -= perProcess) crowd.push(fork(crowdEntry));
  await Promise.all(crowd.map((child, i) => startCrowd(child, url, Math.min(perProcess, workers - i * perProcess))));
  console.log(`${workers} simulated workers consume; idle for ${seconds} s`);
  const beforeIdle = await readRedis(redis);
  await delay(seconds * secondMs);
  const idle = redisBetween(beforeIdle, await readRedis(redis));
  const beforeTasks = await readRedis(redis);
  const jobId = newJobId();
  await addTaskFlow(queues, {
    jobId,
    kind: 'map',
    tasks,
    isCommitted: () => false,
    barrier: 'map-barrier',
    spec: { max_attempts: 4 },
    seats: { first: 0, step: 1 / 16 },
  });
  const queued = await readRedis(redis);
  console.log(`${tasks} tasks are queued`);
  await untilDone(queues, jobId);
  const afterTasks = await readRedis(redis);
  return {
    date: new Date().toISOString(),
    node: process.version,
    load: loadavg()[0],
    workers,
    tasks,
    connections: afterTasks.connections,
    idle,
    memory_per_worker_kb: (beforeIdle.memoryBytes - empty.memoryBytes) / workers / 1024,
    queueing: redisBetween(beforeTasks, queued),
    memory_per_task_bytes: (afterTasks.memoryBytes - beforeTasks.memoryBytes) / tasks,
    whole: redisBetween(beforeTasks, afterTasks),
  };
}

async function startCrowd(child, url, workers) {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a process of simulated workers ended (${signal ?? `exit code ${code}`}) before they were ready`);
  });
  child.send({ url, workers });
  await Promise.race([once(child, 'message'), ended]);
}

/** Its barrier has run: every task is done. */
async function untilDone(queues, jobId) {
  let changedMs = performance.now();
  let left = -1;
  for (;;) {
    if ((await queues.control.getJobState(messageIds.mapBarrier(jobId))) === 'completed') return;
    const { waiting, prioritized, active } = await queues.tasks.getJobCounts('waiting', 'prioritized', 'active');
    const now = waiting + prioritized + active;
    if (now !== left) changedMs = performance.now();
    left = now;
    if (performance.now() - changedMs > standStillMs) throw new Error(`${left} tasks stand still`);
    await delay(pollMs);
  }
}

function print({ workers, tasks, connections, load, idle, queueing, whole, ...memory }) {
  console.log(
    `${workers} simulated workers, ${connections} connections, ${tasks} empty tasks; load of the machine: ${load.toFixed(1)}\n`,
  );
  const row = (name, figures, of) => [
    name,
    figures.seconds.toFixed(1),
    figures.cpuSeconds.toFixed(2),
    ((figures.cpuSeconds / figures.seconds) * 100).toFixed(0),
    String(figures.commands),
    of === undefined ? '' : (figures.commands / of).toFixed(1),
    of === undefined ? '' : ((figures.cpuSeconds / of) * 1e6).toFixed(0),
  ];
  table(
    ['', 'seconds', 'Redis CPU s', 'CPU %', 'commands', 'per task', 'CPU µs per task'],
    [row('idle', idle), row('queueing', queueing, tasks), row('queueing and tasks', whole, tasks)],
  );
  console.log(
    `\nidle: ${(idle.commands / idle.seconds / workers).toFixed(2)} commands/s and ${((idle.cpuSeconds / idle.seconds / workers) * 1e6).toFixed(0)} µs/s of Redis' processor for a worker`,
  );
  console.log(
    `memory: ${memory.memory_per_worker_kb.toFixed(0)} KB a worker, ${memory.memory_per_task_bytes.toFixed(0)} bytes a finished task`,
  );
  console.log(`${(tasks / whole.seconds).toFixed(0)} tasks/s; most commands: ${whole.most.join(', ')}`);
}

function bounded(text, max) {
  const number = Number(text);
  if (!(Number.isInteger(number) && number >= 1 && number <= max))
    throw new Error(`${text} is not a whole number from 1 to ${max}`);
  return number;
}
