/** `npm start`: the full stack on this machine, until Ctrl-C. */
import { createLogger, readSettings, stopSignal, untilAborted } from '@gridmr/runtime';
import { Stack } from './stack.js';

try {
  const settings = readSettings();
  const logger = createLogger({ level: settings.logLevel, service: 'launcher' });
  const stop = stopSignal();
  await using stack = await Stack.start({ settings, logger });
  console.log(`GridMR ready on ${stack.url}`);
  await untilAborted(stop);
  console.log('Stopping …');
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// Connected to a parent by IPC, the process would not end by itself.
if (process.connected) process.disconnect?.();
