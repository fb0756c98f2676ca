/** One HTTP request, sent as it is: paths that nobody normalises, headers that nobody adds, bodies of any bytes; answered within a deadline, or the test fails. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Made only when it is sent, so that a failing test can print the rest. */
export type RawBody = () => Uint8Array | undefined;

export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RawBody;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty of a stream of events, which is left after its headers. */
  readonly body: Buffer;
}

const deadlineMs = 20_000;

export async function send(url: string, { method, path, headers: given, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const signal = AbortSignal.timeout(deadlineMs);
  const content = body();
  const headers = content === undefined ? given : { ...given, 'content-length': String(content.length) };
  const sent = request({ hostname, port, method, path, headers, signal, agent: false });
  sent.end(content);
  const [answer] = await once(sent, 'response', { signal });
  const isEndless = String(answer.headers['content-type']).startsWith('text/event-stream');
  const received = isEndless ? Buffer.alloc(0) : await buffer(answer);
  if (isEndless) answer.destroy();
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: received };
}
