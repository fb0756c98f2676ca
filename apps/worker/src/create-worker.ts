/**
 * A worker: two consumers over one Redis and one shared directory. `control` runs the short steps on this loop, `tasks`
 * hands each attempt to a slot of its own. Stateless: whatever it was doing when it dies, another worker does again.
 */
import { hostname } from 'node:os';
import {
  bytesPerMb,
  type ControlData,
  processLimits,
  queueLimits,
  queueNames,
  randomToken,
  type TaskData,
  type TaskReturn,
} from '@gridmr/contracts';
import {
  announceEnded,
  announceOvertaken,
  checkRedis,
  connectRedis,
  EventPublisher,
  type Logger,
  LogPublisher,
  NoticeListener,
  openConsumer,
  openQueues,
  packageVersion,
  type RedisConnection,
  type Settings,
  StopStack,
  startTracing,
} from '@gridmr/runtime';
import { compileQuickJs, warmEngine } from '@gridmr/sandbox';
import { JobStore, openStore } from '@gridmr/storage';
import { TaskSlots } from '@gridmr/tasks';
import type { Worker } from 'bullmq';
import { HeldLocks } from './attempts/held-locks.js';
import { leaveToOthers } from './attempts/leave-to-others.js';
import { reportLost } from './attempts/report-lost.js';
import { runTask } from './attempts/run-task.js';
import { stopReasons } from './attempts/stop-reason.js';
import { Heartbeats } from './heartbeats.js';
import { traceStep, traceTask } from './message-trace.js';
import { runControlStep } from './run-control-step.js';
import { RunningTasks } from './running-tasks.js';
import { ClientShares } from './shares/client-shares.js';
import { StepPrecedence } from './step-precedence.js';
import { KnownJobs } from './steps/known-jobs.js';
import type { StepTools } from './steps/step-tools.js';
import { TaskTally } from './task-tally.js';

const workerTokenLength = 4;
const secondMs = 1000;

/** `host-pid-token`: unique among all workers ever started. */
export function newWorkerId(): string {
  return `${hostname()}-${process.pid}-${randomToken(workerTokenLength)}`;
}

export interface RunningWorker {
  readonly workerId: string;
  /** Finishes or hands back what it is at, and leaves nothing open. */
  stop(): Promise<void>;
}

export async function createWorker(settings: Settings, redisUrl: string, log: Logger): Promise<RunningWorker> {
  const workerId = newWorkerId();
  const logger = log.child({ worker_id: workerId });
  const parts = new StopStack(logger);
  const version = packageVersion(import.meta.url);
  const tracing = await startTracing(settings, { service: 'worker', instance: workerId, version }, logger);
  parts.use('tracing', tracing);
  const redis = connectRedis(redisUrl, 'worker', logger);
  parts.add('redis', () => redis.disconnect());
  await checkRedis(redis);
  const store = await openStore(settings.dataDirectory);
  const jobs = new JobStore(store);
  const queues = parts.use('queues', openQueues(redis, { logger }));
  const news = new EventPublisher(redis, logger);
  parts.add('news', () => news.flush());
  const tools: StepTools = {
    workerId,
    store,
    jobs,
    known: new KnownJobs(jobs),
    queues,
    shares: new ClientShares(redis, queues.tasks),
    news,
    liveLog: new LogPublisher(redis, logger),
    announceEnded: jobId => announceEnded(redis, jobId),
    announceOvertaken: messageId => announceOvertaken(redis, messageId),
    logger,
    tracing,
  };
  const tally = new TaskTally();
  const slots = settings.workerCpuCores;
  const heartbeats = parts.use('heartbeats', new Heartbeats({ redis, workerId, version, slots, tally, logger }));
  await consume(tools, tally, settings, redis, redisUrl, parts);
  const stop = () => {
    heartbeats.stopping();
    return parts.stop();
  };
  return { workerId, stop };
}

async function consume(
  tools: StepTools,
  tally: TaskTally,
  settings: Settings,
  connection: RedisConnection,
  redisUrl: string,
  parts: StopStack,
): Promise<void> {
  const { jobs, logger } = tools;
  const { module: engine, build } = await compileQuickJs();
  // The threads load for as long as the engine takes to become fast: without that, the first attempt would take five times its time.
  const [taskSlots] = await Promise.all([
    TaskSlots.start(settings.workerCpuCores, { dataDirectory: settings.dataDirectory, engine }),
    warmEngine(engine, processLimits.warmUpMs),
  ]);
  const slots = parts.use('task threads', taskSlots);
  tally.sandboxRestarts = () => slots.terminated;
  const running = parts.use('running tasks', new RunningTasks(jobs, logger));
  const subscriber = connectRedis(redisUrl, 'subscriber', logger);
  parts.add('subscriber', () => subscriber.disconnect());
  const handlers = {
    onEnded: (jobId: string) => stopJob(tools, running, jobId),
    onOvertaken: (messageId: string) => running.stopOvertaken(messageId),
  };
  const notices = parts.use('notices', new NoticeListener(subscriber, handlers, logger));
  await notices.start();
  const { lockSeconds, stalledCheckSeconds } = settings;
  const common = { connection, logger, name: tools.workerId, lockSeconds, stalledCheckSeconds };
  const steps = new StepPrecedence();
  const control = openConsumer<ControlData, void>(
    queueNames.control,
    (message, token) => steps.during(() => traceStep(tools, message, own => runControlStep(own, message, token))),
    { ...common, concurrency: queueLimits.controlConcurrency },
  );
  parts.add('control consumer', () => control.close());
  const limits = {
    memoryBytes: settings.workerMemoryMb * bytesPerMb,
    diskBytes: settings.taskDiskMb * bytesPerMb,
    timeoutSeconds: settings.taskTimeoutSeconds,
  };
  const locks = new HeldLocks(lockSeconds * secondMs);
  const tasks = openConsumer<TaskData, TaskReturn>(
    queueNames.tasks,
    async (message, token, signal) => {
      await leaveToOthers(running, message, token);
      await steps.giveWay(message.data);
      return tally.during(signal, () =>
        running.during(message, () =>
          locks.during(message, lock =>
            traceTask(tools, message, own => runTask(own, slots, limits, message, token, signal, lock)),
          ),
        ),
      );
    },
    {
      ...common,
      concurrency: settings.workerCpuCores,
      onRenewed: (id, untilMs) => locks.renewed(id, untilMs),
    },
  );
  running.watch(tasks);
  reportLost(tools, tasks);
  parts.add('tasks consumer', () => stopTasks(tasks, running));
  logger.info('worker ready', { slots: settings.workerCpuCores, engine: build });
}

function stopJob({ known }: StepTools, running: RunningTasks, jobId: string): void {
  known.lookAgain(jobId);
  running.stopJob(jobId);
}

/** Lets the attempts at work go on for a while, then hands them back to the queue. */
async function stopTasks(consumer: Worker, running: RunningTasks): Promise<void> {
  const handBack = setTimeout(() => running.stopAll(stopReasons.workerStops), processLimits.finishAttemptsMs);
  try {
    await consumer.close();
  } finally {
    clearTimeout(handBack);
  }
}
