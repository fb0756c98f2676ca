/** Uses the Redis of its environment as GridMR does, and prints `reached`, or why it could not. */
import { createLogger, openProducer, startQueueServer } from '@gridmr/runtime';

const redisUrl = process.env.GRIDMR_REDIS_URL ?? '';
const logger = createLogger({ level: 'error', service: 'test' });
try {
  await using server = await startQueueServer({ redisUrl, dataDirectory: process.cwd(), logger });
  await using producer = await openProducer(server.url, logger);
  await producer.queues.control.add('plan', { job_id: 'job-of-a-test' }, { jobId: 'a-plan' });
  const waiting = await producer.queues.control.getJobCountByTypes('waiting');
  process.stdout.write(`reached, ${waiting} waits\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
}
