/** The queues that messages are added to, and the options that messages carry. */
import {
  type ControlData,
  type ControlName,
  queueLimits,
  queueNames,
  queuePrefix,
  type TaskData,
} from '@gridmr/contracts';
import { type DefaultJobOptions, FlowProducer, Queue } from 'bullmq';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';
import { onQueueError } from './queue-error-log.js';
import { connectRedis, failFast } from './redis-connection.js';
import { boundedBackoffName } from './retry-backoff.js';

export interface Queues extends AsyncDisposable {
  readonly control: Queue<ControlData, unknown, ControlName>;
  readonly tasks: Queue<TaskData>;
  /** Nobody consumes it: a flow waits for its hold message until that is removed. */
  readonly hold: Queue<ControlData>;
  /** Flows do not take a queue's default options: give `messageOptions()` to each message. */
  readonly flows: FlowProducer;
  /** Whether any of these messages of `tasks` is there, in whatever state: one command, however many are asked for. */
  anyTask(ids: readonly string[]): Promise<boolean>;
  /** Resolves once Redis has answered each of them. */
  ready(): Promise<void>;
  /** Ends what these objects hold; the connection stays its owner's. */
  close(): Promise<void>;
}

export interface QueuesOptions {
  readonly logger: Logger;
  /** Failed attempts of a task's message, unless the message says otherwise. */
  readonly taskAttempts?: number;
}

/**
 * Options of every message: retried after growing, bounded delays that differ between messages, and kept for a while when it has
 * ended, as adding a message again then costs nothing. Children of flows need `failParentOnFailure` and a
 * `priority` besides.
 */
export function messageOptions(attempts: number = queueLimits.controlAttemptsMax): DefaultJobOptions {
  return {
    attempts,
    backoff: { type: boundedBackoffName },
    removeOnComplete: { age: queueLimits.completedKeptSeconds, count: queueLimits.endedKeptMax },
    removeOnFail: { age: queueLimits.failedKeptSeconds, count: queueLimits.endedKeptMax },
  };
}

/** Options of messages that may be needed again after they have ended, and so must leave no id behind: clean-up and mend. */
export const onceMoreOptions: DefaultJobOptions = { removeOnComplete: true, removeOnFail: true };

/** Over one connection, which decides how long adding waits for a Redis that is away. */
export function openQueues(connection: RedisConnection, { logger, taskAttempts }: QueuesOptions): Queues {
  const shared = { connection, prefix: queuePrefix, skipWaitingForReady: true };
  const control = new Queue<ControlData, unknown, ControlName>(queueNames.control, {
    ...shared,
    defaultJobOptions: messageOptions(),
  });
  const tasks = new Queue<TaskData>(queueNames.tasks, { ...shared, defaultJobOptions: messageOptions(taskAttempts) });
  const hold = new Queue<ControlData>(queueNames.hold, { ...shared, defaultJobOptions: messageOptions() });
  const flows = new FlowProducer(shared);
  for (const queue of [control, tasks, hold] as readonly Queue[]) queue.on('error', onQueueError(logger));
  flows.on('error', onQueueError(logger));
  const all = [control, tasks, hold, flows];
  const anyTask = async (ids: readonly string[]) =>
    ids.length > 0 && (await connection.exists(...ids.map(id => tasks.toKey(id)))) > 0;
  const ready = async () => {
    await Promise.all(all.map(part => part.waitUntilReady()));
  };
  const close = async () => {
    await Promise.all(all.map(part => part.close()));
  };
  return { control, tasks, hold, flows, anyTask, ready, close, [Symbol.asyncDispose]: close };
}

export interface Producer extends AsyncDisposable {
  readonly redis: RedisConnection;
  readonly queues: Queues;
}

/**
 * Queues that fail fast. BullMQ asks Redis for its version once, and a queue whose question failed fails for ever; so that
 * question is given all the time a start may take, and only then every command gets little.
 */
export async function openProducer(url: string, logger: Logger): Promise<Producer> {
  const redis = connectRedis(url, 'producer', logger);
  const queues = openQueues(redis, { logger });
  const close = async () => {
    await queues.close();
    redis.disconnect();
  };
  try {
    await queues.ready();
  } catch (error) {
    await close();
    throw error;
  }
  failFast(redis);
  return { redis, queues, [Symbol.asyncDispose]: close };
}
