/** Program of the embedded queue server's process: takes the password, starts, says its port, ends with its parent. */
import { once } from 'node:events';
import { processLimits } from '@gridmr/contracts';
import { Redis } from 'ioredis';
import { type EmbeddedReady, embeddedOrderSchema } from './embedded-queue-messages.js';
import { startEmbeddedValkey } from './embedded-valkey.js';
import { loopbackHost } from './free-port.js';
import { tellParent } from './tell-parent.js';

process.once('disconnect', () => process.exit(0));

const [message] = await once(process, 'message');
const { password, port: wanted } = embeddedOrderSchema.parse(message);
const port = await startEmbeddedValkey(wanted);
await configure(port, password);
tellParent({ port } satisfies EmbeddedReady);

/** Beyond its memory the server refuses to write, which is reported; at 2 GiB it would break. */
async function configure(port: number, password: string): Promise<void> {
  const redis = new Redis(port, loopbackHost, { maxRetriesPerRequest: 1 });
  await redis.config('SET', 'maxmemory', `${processLimits.embeddedQueueMemoryMb}mb`);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await redis.config('SET', 'requirepass', password);
  redis.disconnect();
}
