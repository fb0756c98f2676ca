/** A worker process: read settings, build, wait for the signal to stop, stop in reverse order. */
import {
  AliveFile,
  createLogger,
  installCrashGuard,
  LoopWatch,
  readSettings,
  stopSignal,
  tellParent,
  untilAborted,
} from '@gridmr/runtime';
import { createWorker } from './create-worker.js';

async function main(): Promise<void> {
  const settings = readSettings();
  const logger = createLogger({ level: settings.logLevel, service: 'worker' });
  installCrashGuard(logger);
  const stop = stopSignal();
  if (settings.redisUrl === undefined) {
    throw new Error(
      'A worker of its own needs GRIDMR_REDIS_URL, as redis://host:6379. `npm start` runs workers with a private Redis.',
    );
  }
  // It may wait for Redis for as long as that is away; until it is ready it has nothing in hand that could be lost.
  const worker = await Promise.race([createWorker(settings, settings.redisUrl, logger), untilAborted(stop)]);
  if (worker === undefined) {
    logger.info('worker stops before it was ready', { reason: String(stop.reason) });
    process.exit(0);
  }
  // While it starts it has no lock to renew.
  using _watch = new LoopWatch(logger);
  using _alive = settings.aliveFile === undefined ? undefined : new AliveFile(settings.aliveFile, logger);
  tellParent({ ready: { workerId: worker.workerId } });
  await untilAborted(stop);
  logger.info('worker stops', { worker_id: worker.workerId, reason: String(stop.reason) });
  await worker.stop();
  process.exit(0);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
