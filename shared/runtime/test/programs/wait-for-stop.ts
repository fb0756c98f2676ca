/** Waits until it has to stop, says why, and then hangs. */
import { stopSignal, tellParent } from '@gridmr/runtime';

setInterval(() => undefined, 1000);
const signal = stopSignal();
function tell(): void {
  if (process.connected) tellParent({ stopping: signal.reason });
  else process.exit(7);
}
if (signal.aborted) tell();
signal.addEventListener('abort', tell);
tellParent('ready');
