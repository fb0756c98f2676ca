/** Waits until it has to stop, says why, and then hangs. */
import { stopSignal } from '@gridmr/runtime';

setInterval(() => undefined, 1000);
const signal = stopSignal();
signal.addEventListener('abort', () => {
  if (process.connected) process.send?.({ stopping: signal.reason });
  else process.exit(7);
});
process.send?.('ready');
