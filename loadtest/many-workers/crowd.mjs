/**
 * A process with many simulated workers: the connections, consumers, heartbeats and news of real ones, and no engine. An attempt is over as soon as it is begun. Its parent
 * says `{url, workers}`; it answers `{ready}` when all of them consume, and ends when its parent does.
 */
import { queueLimits, queueNames, randomToken } from '@gridmr/contracts';
import {
  connectRedis,
  createLogger,
  EventPublisher,
  NoticeListener,
  openConsumer,
  sendHeartbeat,
} from '@gridmr/runtime';

const heartbeatMs = 2000;
const tokenLength = 8;
const logger = createLogger({ level: 'error', service: 'crowd' });

process.once('disconnect', () => process.exit(0));
process.once('message', async ({ url, workers }) => {
  for (let i = 0; i < workers; i++) await startWorker(url);
  process.send({ ready: workers });
});

async function startWorker(url) {
  const workerId = `simulated-${process.pid}-${randomToken(tokenLength)}`;
  const redis = connectRedis(url, 'worker', logger);
  const subscriber = connectRedis(url, 'subscriber', logger);
  const nothing = () => undefined;
  await new NoticeListener(subscriber, { onEnded: nothing, onOvertaken: nothing }, logger).start();
  const news = new EventPublisher(redis, logger);
  const options = { connection: redis, logger };
  const control = openConsumer(queueNames.control, async () => undefined, {
    ...options,
    concurrency: queueLimits.controlConcurrency,
  });
  const tasks = openConsumer(queueNames.tasks, async ({ data }) => attempt(news, workerId, data), {
    ...options,
    name: workerId,
    concurrency: 1,
  });
  await Promise.all([control.waitUntilReady(), tasks.waitUntilReady()]);
  startHeartbeats(redis, workerId);
}

function attempt(news, workerId, { job_id, kind, index, more = [] }) {
  const at = new Date().toISOString();
  for (const each of [index, ...more]) {
    news.publish({
      type: 'attempt',
      job_id,
      at,
      started_at: at,
      task_id: `${job_id}-${kind[0]}-${String(each).padStart(5, '0')}`,
      attempt: 1,
      state: 'committed',
      worker_id: workerId,
      error: null,
      final: true,
      figures: { input_records: 0, input_bytes: 0, output_records: 0, output_bytes: 0 },
    });
  }
  return { attempt: 1 };
}

function startHeartbeats(redis, workerId) {
  const startedAt = new Date().toISOString();
  const beat = () => {
    const heartbeat = {
      worker_id: workerId,
      host: 'simulated',
      pid: process.pid,
      version: '0',
      state: 'idle',
      slots: 1,
      active_tasks: 0,
      cpu_percent: 0,
      rss_mb: 0,
      tasks_completed: 0,
      tasks_failed: 0,
      started_at: startedAt,
      last_heartbeat_at: new Date().toISOString(),
    };
    sendHeartbeat(redis, heartbeat).catch(() => undefined);
  };
  // Real ones do not beat in step either.
  setTimeout(() => setInterval(beat, heartbeatMs), Math.random() * heartbeatMs);
}
