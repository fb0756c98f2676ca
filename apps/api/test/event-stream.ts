/** Listens to a stream of events over a real connection. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { waitUntil } from '@gridmr/testkit';
import type { Express } from 'express';

export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown> & { readonly job_id?: string };
}

/** An app at a port of its own. */
export class ListeningApp implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', socket => this.#sockets.add(socket));
  }

  /** What is written to connections and has not gone out. */
  get bytesWaiting(): number {
    let bytes = 0;
    for (const socket of this.#sockets) bytes += socket.writableLength;
    return bytes;
  }

  static async open(app: Express): Promise<ListeningApp> {
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ListeningApp(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(path: string, lastEventId?: string, more: Record<string, string> = {}): Promise<EventStream> {
    const headers = new Headers({ ...more, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) });
    const cut = new AbortController();
    const response = await fetch(`${this.url}${path}`, { headers, signal: cut.signal });
    return new EventStream(response, cut);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export class EventStream implements AsyncDisposable {
  readonly status: number;
  readonly contentType: string | null;
  readonly events: StreamEvent[] = [];
  ended = false;
  text = '';
  readonly #cut: AbortController;
  readonly #reading: Promise<void>;

  constructor(response: Response, cut: AbortController) {
    this.status = response.status;
    this.contentType = response.headers.get('content-type');
    this.#cut = cut;
    this.#reading = this.#read(response).catch(() => undefined);
  }

  get names(): string[] {
    return this.events.map(({ event }) => event);
  }

  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  /** Waits for an event that comes, or has come. */
  async event(name: string, matching: (event: StreamEvent) => boolean = () => true): Promise<StreamEvent> {
    return await waitUntil(`the event ${name}`, () =>
      this.events.find(event => event.event === name && matching(event)),
    );
  }

  async end(): Promise<void> {
    await waitUntil('the end of the stream', () => this.ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cut.abort();
    await this.#reading;
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let pending = '';
    for await (const piece of response.body ?? []) {
      const text = decoder.decode(piece, { stream: true });
      this.text += text;
      const blocks = (pending + text).split('\n\n');
      pending = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
    this.ended = true;
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const event = field('event');
    if (event !== undefined) this.events.push({ id: field('id'), event, data: JSON.parse(field('data') ?? '{}') });
  }
}
