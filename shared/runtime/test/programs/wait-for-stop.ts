/** Waits until it has to stop, says why, and then hangs. */
import { stopSignal } from '@gridmr/runtime';

setInterval(() => undefined, 1000);
const signal = stopSignal();
function tell(): void {
  if (process.connected) process.send?.({ stopping: signal.reason });
  else process.exit(7);
}
if (signal.aborted) tell();
signal.addEventListener('abort', tell);
process.send?.('ready');
