/** One request over `fetch`: address, key, deadline, and what is not an answer turned into the right error. */
import { clientLimits, headers, problemSchema } from '@gridmr/contracts';
import { ApiError } from './api-error.js';
import { ConnectionError } from './connection-error.js';

export interface TransportOptions {
  /** `http://host:port`, perhaps with a path in front of the API's own. */
  readonly baseUrl: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string | undefined;
  readonly requestMs?: number | undefined;
}

/** The bytes of a file. */
export type Content = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;

export interface RequestParts {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, however long that takes. */
  readonly content?: Content | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Statuses beside 2xx whose body is an answer rather than a problem. */
  readonly accept?: readonly number[];
}

/** What this client needs of a zod schema. */
export interface AnswerSchema<Answer> {
  safeParse(input: unknown): { success: true; data: Answer } | { success: false; error: Error };
}

/** For answers whose status says all. */
export const anything: AnswerSchema<unknown> = { safeParse: data => ({ success: true, data }) };

export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    new URL(options.baseUrl);
    this.#options = options;
  }

  /** The answer's JSON, validated. Throws `ApiError`, `ConnectionError`, or the signal's reason. */
  async json<Answer>(path: string, schema: AnswerSchema<Answer>, parts: RequestParts = {}): Promise<Answer> {
    const deadline = parts.content === undefined ? AbortSignal.timeout(this.#requestMs) : new AbortController().signal;
    const url = this.#url(path, parts);
    const text = await this.#guard(url, deadline, parts, async () => {
      const response = await this.#send(url, deadline, parts);
      return response.text();
    });
    const answer = schema.safeParse(parseJson(text));
    if (answer.success) return answer.data;
    throw new ConnectionError('not_gridmr', url, excerpt(text), { cause: answer.error });
  }

  /** The answer's body as it comes. Only its first byte has a deadline here; whoever reads on watches the rest. */
  async stream(path: string, parts: RequestParts = {}): Promise<ReadableStream<Uint8Array>> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException('too late', 'TimeoutError')), this.#requestMs);
    const url = this.#url(path, parts);
    try {
      const response = await this.#guard(url, late.signal, parts, () => this.#send(url, late.signal, parts));
      return response.body ?? new Blob([]).stream();
    } finally {
      clearTimeout(timer);
    }
  }

  get #requestMs(): number {
    return this.#options.requestMs ?? clientLimits.requestMs;
  }

  #url(path: string, { query = {} }: RequestParts): string {
    const url = new URL(`${this.#options.baseUrl.replace(/\/+$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  /** Throws `ApiError` for a problem document, `ConnectionError` for any other refusal. */
  async #send(url: string, deadline: AbortSignal, parts: RequestParts): Promise<Response> {
    const { apiKey } = this.#options;
    const response = await fetch(url, {
      method: parts.method ?? 'GET',
      headers: {
        accept: 'application/json',
        [headers.client]: 'gridmr-client',
        ...typeOf(parts),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...parts.headers,
      },
      signal: parts.signal === undefined ? deadline : AbortSignal.any([deadline, parts.signal]),
      ...contentOf(parts),
    });
    if (response.ok || parts.accept?.includes(response.status)) return response;
    const text = await response.text();
    const problem = problemSchema.safeParse(parseJson(text));
    if (problem.success) throw new ApiError(problem.data);
    throw new ConnectionError('not_gridmr', url, `${response.status} ${excerpt(text)}`);
  }

  async #guard<Result>(
    url: string,
    deadline: AbortSignal,
    { signal }: RequestParts,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError || error instanceof ConnectionError) throw error;
      signal?.throwIfAborted();
      if (deadline.aborted) throw new ConnectionError('timeout', url, `${this.#requestMs} ms`, { cause: error });
      throw new ConnectionError('unreachable', url, reasonOf(error), { cause: error });
    }
  }
}

function typeOf({ body, content }: RequestParts): Record<string, string> {
  if (content !== undefined) return { 'content-type': 'application/octet-stream' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** A stream has to say that its answer may come before its end. */
function contentOf({ body, content }: RequestParts): { body?: Content; duplex?: 'half' } {
  if (content instanceof ReadableStream) return { body: content, duplex: 'half' };
  if (content !== undefined) return { body: content };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

/** Undefined for what is not JSON, which no schema accepts. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, clientLimits.errorBodyLengthMax));
}

/** `fetch` says "fetch failed" and hides why in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ('code' in cause ? String(cause.code) : error.message);
}
