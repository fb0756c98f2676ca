/**
 * When a process has to stop: SIGTERM, SIGINT (Ctrl-C), or the end of the process that forked it.
 *
 * Who presses Ctrl-C again does not want to wait: the process exits at once with 130. But one Ctrl-C may arrive twice (a
 * terminal signals the whole group, and npm passes it on), and a parent may send SIGTERM after it: neither is an order to hurry.
 */
import { processLimits } from '@gridmr/contracts';

const exitCodeOfInterrupt = 130;

let shared: AbortSignal | undefined;

/** The one signal of this process. Its reason says in words why to stop. */
export function stopSignal(): AbortSignal {
  shared ??= listen();
  return shared;
}

/** Resolves when the signal is aborted, at once if it was before. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
}

function listen(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    let firstMs: number | undefined;
    process.on(name, () => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > processLimits.sameSignalMs) process.exit(exitCodeOfInterrupt);
      stopping.abort(name);
    });
  }
  const orphaned = () => stopping.abort('the parent process is gone');
  // A parent may be gone before this program was loaded, and the event with it: what is left is a `send` that leads nowhere.
  if (process.send !== undefined && !process.connected) orphaned();
  else process.once('disconnect', orphaned);
  return stopping.signal;
}
