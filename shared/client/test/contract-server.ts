/** A server that answers one job's routes as the contract says, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  type Job,
  type JobStatus,
  type Problem,
  type ProblemCode,
  problemKinds,
  zeroCounters,
} from '@gridmr/contracts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

export class ContractServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.#server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '', 'http://server');
      const asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: await text(request),
      };
      this.asked.push(asked);
      answer(asked, response);
    });
  }

  static async start(answer: Answer): Promise<ContractServer> {
    const started = new ContractServer(answer);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get baseUrl(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, code: ProblemCode, more: Partial<Problem> = {}): void {
  const document = { type: 'about:blank', ...problemKinds[code], detail: '', code, request_id: 'r1', ...more };
  response.writeHead(document.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(document));
}

export const jobId = 'j0000000000000000000000';

export function aJob(status: JobStatus, name = 'count'): Job {
  const tasks = { total: 1, pending: 0, running: 0, completed: 1, failed: 0 };
  return {
    job_id: jobId,
    name,
    client_id: 'me',
    status,
    phase: null,
    progress: { map: 1, reduce: 1 },
    tasks: { map: tasks, reduce: tasks },
    created_at: '2026-01-01T00:00:00.000Z',
    started_at: null,
    finished_at: null,
    input: null,
    output: null,
    counters: zeroCounters(),
    error: status === 'failed' ? { code: 'user_code_error', message: 'x is not defined', line: 3 } : null,
    spec: {
      name,
      client_id: 'me',
      inputs: ['in.txt'],
      input_format: 'text',
      program: { form: 'functions', map_function: 'x' },
      language: 'javascript',
      num_reducers: 0,
      split_size_mb: 32,
      parameters: {},
      output_path: 'out',
      output_format: 'tsv',
      output_compression: 'none',
      priority: 'normal',
      on_record_error: 'fail',
      max_skipped_records: 1000,
      retry_user_errors: false,
      speculative: true,
      max_attempts: 4,
      task_timeout: 600,
      memory_limit: 1,
    },
  };
}
