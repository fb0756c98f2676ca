import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export const loopbackHost = '127.0.0.1';

/** A port of the loopback interface that nobody listens on at this moment; somebody else may take it before we do. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, loopbackHost);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
