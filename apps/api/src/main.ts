/**
 * The API process: settings, start, wait for the signal, stop in reverse order. A parent that forked it is told where it
 * listens by `{"ready": {"host", "port"}}`.
 */
import {
  createLogger,
  installCrashGuard,
  LoopWatch,
  readSettings,
  SettingsError,
  StopStack,
  stopSignal,
  tellParent,
  untilAborted,
} from '@gridmr/runtime';
import { boundHeap } from './bound-heap.js';
import { startApi } from './start-api.js';

async function main(): Promise<void> {
  boundHeap();
  const settings = readSettings();
  const logger = createLogger({ level: settings.logLevel, service: 'api' });
  installCrashGuard(logger);
  const signal = stopSignal();
  await using stack = new StopStack(logger);
  try {
    const address = await startApi(settings, logger, stack);
    // While it starts nobody waits for it.
    using _watch = new LoopWatch(logger);
    logger.info('the API listens', { ...address });
    tellParent({ ready: address });
    await untilAborted(signal);
    logger.info('the API stops', { reason: String(signal.reason) });
  } catch (error) {
    logger.error('the API cannot start', { error });
    process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
// Connected to a parent by IPC, the process would not end by itself.
if (process.connected) process.disconnect?.();
