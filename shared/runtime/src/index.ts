/** What every GridMR process needs to run: settings, logs, the queue, and an orderly end. */
export * from './check-redis.js';
export * from './consumers.js';
export * from './crash-guard.js';
export * from './ended-jobs.js';
export * from './event-publisher.js';
export * from './event-reader.js';
export * from './kept-queue-server.js';
export * from './logger.js';
export * from './loop-watch.js';
export { isConnectionError } from './queue-error-log.js';
export * from './queue-server.js';
export * from './queue-server-error.js';
export * from './queues.js';
export * from './redis-connection.js';
export * from './restart-pause.js';
export * from './settings.js';
export * from './stop-signal.js';
export * from './stop-stack.js';
