/**
 * The embedded queue server, for trying GridMR out where no Redis is installed: Valkey in WebAssembly, in a process of
 * its own (`embedded-queue-main.ts`) so that its work does not delay ours. It keeps nothing on disk. The child leads its
 * own process group, so Ctrl-C does not reach it, and it ends when its channel to us does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { processLimits } from '@gridmr/contracts';
import { type EmbeddedOrder, embeddedReadySchema } from './embedded-queue-messages.js';
import { loopbackHost } from './free-port.js';
import type { Logger } from './logger.js';
import { PrivateProcess, privateServer } from './private-server.js';
import type { QueueServer, ServerPlace } from './queue-server.js';
import { QueueServerError } from './queue-server-error.js';
import { waitForRedis } from './wait-for-redis.js';

const passwordBytes = 24;
const mainPath = fileURLToPath(new URL('./embedded-queue-main.js', import.meta.url));

/** @throws {QueueServerError} if it does not start. */
export async function startEmbeddedQueueServer(logger: Logger, place?: ServerPlace): Promise<QueueServer> {
  const child = fork(mainPath, [], {
    detached: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const process = new PrivateProcess(child, () => {
    if (child.connected) child.disconnect();
  });
  try {
    const password = place?.password ?? randomBytes(passwordBytes).toString('hex');
    child.send({ password, port: place?.port } satisfies EmbeddedOrder, () => undefined);
    const port = await portOf(child, process.gone);
    const url = `redis://:${password}@${loopbackHost}:${port}`;
    await waitForRedis(url, process.gone);
    const nothing = async () => {};
    return privateServer({ url, kind: 'embedded', pid: Number(child.pid), process, logger, afterwards: nothing });
  } catch (error) {
    await process.end();
    if (error instanceof QueueServerError) throw error;
    throw new QueueServerError(`The embedded queue server did not start. ${process.output}`, { cause: error });
  }
}

/** What the server says once it listens. */
async function portOf(child: ChildProcess, gone: AbortSignal): Promise<number> {
  const waiting = new AbortController();
  const giveUp = () =>
    waiting.abort(gone.reason ?? new QueueServerError('The embedded queue server did not get ready.'));
  const timer = setTimeout(giveUp, processLimits.readyMs);
  gone.addEventListener('abort', giveUp, { once: true });
  try {
    const [message] = await once(child, 'message', { signal: waiting.signal });
    return embeddedReadySchema.parse(message).port;
  } finally {
    clearTimeout(timer);
  }
}
