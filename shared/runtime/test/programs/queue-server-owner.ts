/** Starts a private queue server of the kind and in the directory that its arguments name, says where it is, and stays until it is killed. */
import { createLogger, startQueueServer, stopSignal } from '@gridmr/runtime';

stopSignal().addEventListener('abort', ({ target }) => process.send?.({ stopping: (target as AbortSignal).reason }));

const [force, dataDirectory = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'info', service: 'test' });
try {
  const server = await startQueueServer({ dataDirectory, logger, force: force as 'native' | 'embedded' });
  process.send?.({ url: server.url, pid: server.pid });
} catch (error) {
  process.send?.({ refusal: (error as Error).message });
}
setInterval(() => undefined, 1000);
