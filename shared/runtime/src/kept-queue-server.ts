/**
 * A private queue server that is started again when it dies, at the same place, so that its URL stays true for all who were
 * told it. What it kept on its disk is there again; what it did not, the sweep queues again. An external one is its operator's.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type QueueServer, type QueueServerOptions, type ServerPlace, startQueueServer } from './queue-server.js';
import { RestartPause } from './restart-pause.js';

/** `pid` is that of the process which serves now. */
export type KeptQueueServer = Pick<QueueServer, 'url' | 'kind' | 'pid'> & AsyncDisposable;

/** Throws as `startQueueServer` does, if the first start fails. Whoever called it disposes of the server. */
export async function keepQueueServer(options: QueueServerOptions): Promise<KeptQueueServer> {
  const first = await startQueueServer(options);
  if (first.kind === 'external') return first;
  const stopping = new AbortController();
  const kept = { server: first };
  const again = { ...options, force: first.kind, place: placeOf(first.url) };
  const keeping = keep(kept, again, stopping.signal);
  return {
    url: first.url,
    kind: first.kind,
    get pid() {
      return kept.server.pid ?? 0;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await kept.server.stop();
      await keeping;
    },
  };
}

async function keep(kept: { server: QueueServer }, options: QueueServerOptions, signal: AbortSignal): Promise<void> {
  const pause = new RestartPause();
  for (;;) {
    await kept.server.exited;
    if (signal.aborted) return;
    kept.server = await startAgain(options, pause, signal).catch(() => kept.server);
    // It was being started when it was no longer wanted.
    if (signal.aborted) await kept.server.stop();
  }
}

async function startAgain(options: QueueServerOptions, pause: RestartPause, signal: AbortSignal): Promise<QueueServer> {
  for (;;) {
    const delayMs = pause.nextMs();
    options.logger.warn('the private queue server is started again', { delay_ms: delayMs });
    await delay(delayMs, undefined, { signal });
    try {
      return await startQueueServer(options);
    } catch (error) {
      options.logger.error('the private queue server could not be started again yet', { error });
    }
  }
}

function placeOf(url: string): ServerPlace {
  const { port, password } = new URL(url);
  return { port: Number(port), password };
}
