/** Consumers: what takes messages off a queue. BullMQ calls them workers; a worker is a process of ours. */
import { queueLimits, queuePrefix } from '@gridmr/contracts';
import { type Job, Worker } from 'bullmq';
import type { Logger } from './logger.js';
import type { RedisConnection } from './open-redis.js';
import { onQueueError } from './queue-error-log.js';
import { type LostLock, retakeLock } from './retake-locks.js';
import { boundedBackoff } from './retry-backoff.js';

const secondMs = 1000;

/** `signal` is aborted when the message's lock is lost to another worker, or by `cancelJob`. */
export type ProcessMessage<Data, Result> = (
  job: Job<Data, Result>,
  token: string,
  signal: AbortSignal,
) => Promise<Result>;

export interface ConsumerOptions {
  /** With the role `worker`. The consumer makes one more for its blocking reads. */
  readonly connection: RedisConnection;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Stands in messages as who has them in hand. */
  readonly name?: string;
  readonly lockSeconds?: number;
  readonly stalledCheckSeconds?: number;
  /** A message's lock is renewed, for certain until this: milliseconds since 1970. */
  readonly onRenewed?: (messageId: string, untilMs: number) => void;
}

/**
 * Tells of renewed locks. Their time counts from before the queue was asked, since a process may stand still meanwhile. A lock that ran out while
 * Redis was away is taken again if nobody else has begun the message.
 */
class RenewingWorker<Data, Result> extends Worker<Data, Result> {
  onRenewed: (messageId: string, untilMs: number) => void = () => undefined;
  /** What makes a lock this worker's again. */
  retake: (lost: LostLock, durationMs: number) => Promise<boolean> = async () => false;

  override async extendJobLocks(ids: string[], tokens: string[], duration: number): Promise<string[]> {
    const untilMs = Date.now() + duration;
    const refused = await super.extendJobLocks(ids, tokens, duration);
    for (const id of ids) if (!refused.includes(id)) this.onRenewed(id, untilMs);
    const failed: string[] = [];
    for (const id of refused) {
      const token = tokens[ids.indexOf(id)] ?? '';
      if (!(await this.#isRetaken({ messageId: id, token }, duration))) failed.push(id);
    }
    return failed;
  }

  async #isRetaken(lost: LostLock, durationMs: number): Promise<boolean> {
    const untilMs = Date.now() + durationMs;
    const isRetaken = lost.token !== '' && (await this.retake(lost, durationMs));
    if (isRetaken) this.onRenewed(lost.messageId, untilMs);
    return isRetaken;
  }
}

/** Starts to consume at once; ended by `close()`, which waits for the messages in work. */
export function openConsumer<Data, Result>(
  queueName: string,
  process: ProcessMessage<Data, Result>,
  options: ConsumerOptions,
): Worker<Data, Result> {
  const { connection, logger, concurrency, name, lockSeconds, stalledCheckSeconds } = options;
  // BullMQ counts the declared parameters: with fewer than three, or with a default, there is no signal.
  const processor = (job: Job<Data, Result>, token: string | undefined, signal: AbortSignal | undefined) => {
    if (token === undefined || signal === undefined) throw new TypeError('BullMQ gave no token or no signal');
    return process(job, token, signal);
  };
  const consumer = new RenewingWorker<Data, Result>(queueName, processor, {
    connection,
    prefix: queuePrefix,
    concurrency,
    ...(name === undefined ? {} : { name }),
    lockDuration: lockSeconds === undefined ? queueLimits.lockMs : lockSeconds * secondMs,
    stalledInterval: stalledCheckSeconds === undefined ? queueLimits.stalledCheckMs : stalledCheckSeconds * secondMs,
    maxStalledCount: queueLimits.stalledMax,
    settings: { backoffStrategy: boundedBackoff },
    runRetryDelay: queueLimits.reconnectDelayMaxMs,
    drainDelay: queueLimits.idleLookMs / secondMs,
    metrics: { maxDataPoints: queueLimits.metricsMinutes },
  });
  if (options.onRenewed !== undefined) consumer.onRenewed = options.onRenewed;
  consumer.retake = async (lost, durationMs) => {
    const isRetaken = await retakeLock(connection, queueName, lost, durationMs);
    if (isRetaken) logger.info('the lock of a message had run out and is taken again', { message_id: lost.messageId });
    return isRetaken;
  };
  consumer.on('error', onQueueError(logger));
  consumer.on('lockRenewalFailed', ids => {
    for (const id of ids) {
      logger.warn('the lock of a message is lost; its work stops here', { message_id: id, queue: queueName });
      consumer.cancelJob(id, 'lock lost');
    }
  });
  return consumer;
}
