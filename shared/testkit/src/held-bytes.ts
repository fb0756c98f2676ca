/** What this process really holds: its heap and array buffers after a collection, so that garbage is not counted. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collectGarbage: (() => void) | undefined;

export function heldBytes(): number {
  collectGarbage ??= exposeCollector();
  collectGarbage();
  // The first only marks array buffers for another thread to free; the second waits for it.
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
