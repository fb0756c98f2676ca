/**
 * A tiny balancer in front of several HTTP servers: each request goes to the next one that takes a connection. It tells which requests are open where,
 * so that a test can kill the server that answers one.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

export class RoundRobinProxy implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #ports: readonly number[];
  readonly #open = new Map<number, Set<string>>();
  readonly #served = new Map<number, number>();
  #turn = 0;

  private constructor(server: Server, port: number, ports: readonly number[]) {
    this.url = `http://127.0.0.1:${port}`;
    this.#server = server;
    this.#ports = ports;
  }

  /** In front of servers on these ports of 127.0.0.1. */
  static async start(ports: readonly number[]): Promise<RoundRobinProxy> {
    const server = createServer();
    server.requestTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new RoundRobinProxy(server, address.port, ports);
    server.on('request', (from, to) => void proxy.#forward(from, to));
    return proxy;
  }

  /** How many requests this server was given. */
  served(port: number): number {
    return this.#served.get(port) ?? 0;
  }

  /** Which server answers a request for this path at this moment. */
  whoAnswers(path: string): number | undefined {
    return this.#ports.find(port => this.#open.get(port)?.has(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #forward(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const { method, url: path = '/', headers } = from;
    const found = await this.#connect();
    if (found === undefined) {
      to.writeHead(502).end('no server takes a connection');
      return;
    }
    const { port, socket } = found;
    const open = this.#open.get(port) ?? new Set();
    this.#open.set(port, open.add(path));
    this.#served.set(port, this.served(port) + 1);
    const end = () => {
      open.delete(path);
      socket.destroy();
    };
    const options = { method, path, headers: { ...headers, connection: 'close' }, createConnection: () => socket };
    const asked = request(options, answer => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      // An answer that begins is an answer: of a stream nothing may follow for a while.
      to.flushHeaders();
      pipeline(answer, to, end);
    });
    // The server died before it answered: so does the caller's connection.
    asked.on('error', () => to.destroy());
    to.once('close', end);
    pipeline(from, asked, () => undefined);
  }

  async #connect(): Promise<{ port: number; socket: Socket } | undefined> {
    for (let tries = 0; tries < this.#ports.length; tries++) {
      const port = this.#ports[this.#turn++ % this.#ports.length] ?? 0;
      const socket = connect(port, '127.0.0.1');
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (isOpen) return { port, socket };
    }
    return undefined;
  }
}
