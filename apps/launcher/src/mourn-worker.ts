/**
 * Who starts the workers of a machine sees at once when one has died. Saying so to the queue spares its tasks the wait for their locks to run out.
 * It is a favour, not a duty: where it fails, they run out.
 */
import { processLimits } from '@gridmr/contracts';
import { connectRedis, giveUpLocks, type Logger, waitAtMost } from '@gridmr/runtime';

/** Returns at once. */
export function mournWorker(redisUrl: string, workerId: string, logger: Logger): void {
  const redis = connectRedis(redisUrl, 'worker', logger);
  const told = giveUpLocks(redis, workerId).then(
    messages => logger.info('what a dead worker had in hand is given to others', { worker_id: workerId, messages }),
    error =>
      logger.warn('what a dead worker had in hand waits until its locks run out', { worker_id: workerId, error }),
  );
  waitAtMost(processLimits.mournMs, told).finally(() => redis.disconnect());
}
