/**
 * How long a cancel takes, and whether Redis answers others meanwhile: `node loadtest/cancel.mjs [tasks] [line bytes]`. Starts a queue server and a full
 * stack of its own with two workers, submits one job of so many map tasks that compute for long, cancels it once all are queued and some run, and prints
 * what the API, the attempts, the queue and the files took. Lines of more than 4 KiB are a message each; shorter ones share messages. A prober asks
 * Redis for a PING every few milliseconds. Loopback only.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GridmrClient } from '@gridmr/client';
import { Stack } from '@gridmr/launcher';
import { connectRedis, createLogger, openQueues, readSettings, startQueueServer } from '@gridmr/runtime';

const tasks = Math.min(Number(process.argv[2] ?? 100_000), 200_000);
const lineBytes = Math.min(Number(process.argv[3] ?? 4200), 65_536);
const probeMs = 5;
const deadlineMs = 600_000;
/** How long Redis is asked before there is anything to do: what the machine itself lets a PING wait for. */
const baselineMs = 10_000;

/** Asks for a PING again and again, on a connection of its own; the longest wait for one. */
class Prober {
  #redis;
  #stopped = false;
  #longestMs = 0;
  #running;

  constructor(redis) {
    this.#redis = redis;
    this.#running = this.#run();
  }

  /** The longest wait since this was last asked. */
  take() {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
  }

  async #run() {
    while (!this.#stopped) {
      const startedMs = performance.now();
      await this.#redis.ping();
      this.#longestMs = Math.max(this.#longestMs, performance.now() - startedMs);
      await delay(probeMs);
    }
  }
}

async function writeLines(path) {
  const piece = `${'x'.repeat(lineBytes - 1)}\n`.repeat(1000);
  const file = await open(path, 'w');
  for (let left = tasks; left > 0; left -= 1000) await file.write(piece.slice(0, Math.min(left, 1000) * lineBytes));
  await file.close();
}

async function until(holds) {
  const startedMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedMs > deadlineMs) throw new Error('it takes too long');
    await delay(10);
  }
  return performance.now() - startedMs;
}

/** Processor time that Redis has taken, and commands that it has processed, so far. */
async function redisWork(redis) {
  const text = await redis.info();
  const figure = name => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    cpuSeconds: figure('used_cpu_user') + figure('used_cpu_sys'),
    commands: figure('total_commands_processed'),
  };
}

/** When the last of the attempts stopped that ran at the cancel; they are among the first tasks. */
async function lastStop(client, jobId) {
  const { items } = await client.tasks(jobId, { kind: 'map', limit: 1000 });
  const stopped = items.flatMap(task => task.attempts.filter(attempt => attempt.state === 'cancelled'));
  if (stopped.length === 0) throw new Error('no attempt was cancelled');
  return Math.max(...stopped.map(attempt => Date.parse(attempt.finished_at)));
}

const directory = await mkdtemp(join(tmpdir(), 'gridmr-cancel-'));
const logger = createLogger({ level: 'error', service: 'loadtest' });
const server = await startQueueServer({ dataDirectory: directory, logger });
const env = {
  ...process.env,
  GRIDMR_REDIS_URL: server.url,
  GRIDMR_DATA_DIR: directory,
  GRIDMR_API_PORT: '0',
  GRIDMR_WORKERS: '2',
  GRIDMR_LOG_LEVEL: 'error',
};
const stack = await Stack.start({ settings: readSettings(env), logger, env });
const redis = connectRedis(server.url, 'worker', logger);
const queues = openQueues(redis, { logger });
const prober = new Prober(connectRedis(server.url, 'worker', logger));
try {
  await redis.config('SET', 'slowlog-log-slower-than', '50000');
  await writeLines(join(directory, 'lines.txt'));
  await delay(baselineMs);
  const idleMs = prober.take();
  const client = new GridmrClient({ baseUrl: stack.url });
  const queued = async () => {
    const { prioritized, waiting, delayed, failed } = await queues.tasks.getJobCounts(
      'prioritized',
      'waiting',
      'delayed',
      'failed',
    );
    return prioritized + waiting + delayed + failed;
  };
  const active = () => queues.tasks.getActiveCount();
  const { job_id } = await client.submit({
    name: 'to be cancelled',
    input_file: 'lines.txt',
    split_size_mb: lineBytes / 1024 / 1024,
    map_function: '(line, ctx) => { for (let i = 0; i < 1e9; i++); ctx.emit(line.length, 1); }',
    reduce_function: '(key, values) => [key, values.reduce((a, b) => a + b, 0)]',
  });
  const hold = `${job_id}-map-hold`;
  await until(async () => (await active()) > 0 && (await queues.hold.getJobState(hold)) === 'unknown');
  const messages = await queued();
  const whileQueuedMs = prober.take();
  await redis.slowlog('RESET');

  const before = await redisWork(redis);
  const cancelledAtMs = Date.now();
  const startedMs = performance.now();
  await client.cancel(job_id);
  const answeredMs = performance.now() - startedMs;
  await until(
    async () =>
      (await queued()) === 0 &&
      (await queues.control.getJobCountByTypes('active', 'delayed', 'waiting-children')) === 0,
  );
  const emptyMs = performance.now() - startedMs;
  const own = join(directory, '.gridmr', 'jobs', job_id);
  const files = () => readdirSync(own, { recursive: true }).filter(name => /\.(segment|tmp)$/.test(name)).length;
  await until(() => existsSync(own) && files() === 0);
  const tidyMs = performance.now() - startedMs;
  const longestMs = prober.take();
  const after = await redisWork(redis);
  const stoppedMs = (await lastStop(client, job_id)) - cancelledAtMs;
  const slow = await redis.slowlog('GET', 10);

  console.log(`${tasks} map tasks in ${messages} messages; cancelled while attempts ran:`);
  console.log(`  the API answered after ${answeredMs.toFixed(0)} ms`);
  console.log(`  the last attempt had stopped after ${stoppedMs.toFixed(0)} ms, by its worker's own time`);
  console.log(
    `  the last message was gone after ${(emptyMs / 1000).toFixed(1)} s, files of attempts after ${(tidyMs / 1000).toFixed(1)} s`,
  );
  console.log(
    `  longest wait for a PING: ${longestMs.toFixed(0)} ms during the cancel, ${whileQueuedMs.toFixed(0)} ms while tasks were queued, ${idleMs.toFixed(0)} ms before`,
  );
  const slowest = slow.map(([, , microseconds, [name]]) => `${name} ${Math.round(microseconds / 1000)} ms`);
  const cpuMs = (after.cpuSeconds - before.cpuSeconds) * 1000;
  const commands = after.commands - before.commands;
  console.log(
    `  Redis took ${(cpuMs / commands).toFixed(3)} ms of processor time a command, over ${commands} commands`,
  );
  console.log(`  commands of more than 50 ms (SLOWLOG): ${slowest.join(', ') || 'none'}`);
} finally {
  await prober.stop();
  await queues.close();
  redis.disconnect();
  await stack[Symbol.asyncDispose]();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);
