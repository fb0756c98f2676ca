/** A whole GridMR of real processes in a directory of its own, for one suite. */

import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { GridmrClient } from '@gridmr/client';
import { type Job, type JobRequest, jobFiles } from '@gridmr/contracts';
import { Stack } from '@gridmr/launcher';
import { createLogger, readSettings } from '@gridmr/runtime';
import { TemporaryDirectory } from '@gridmr/testkit';

export const booksDirectory = fileURLToPath(new URL('../../../data/books/', import.meta.url));
const jobTimeoutMs = 300_000;

export interface StackSettings {
  readonly workers?: number;
  readonly queueKind?: 'native' | 'embedded' | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export class RunningStack implements AsyncDisposable {
  readonly client: GridmrClient;
  readonly directory: TemporaryDirectory;
  readonly #stack: Stack;

  private constructor(stack: Stack, directory: TemporaryDirectory) {
    this.#stack = stack;
    this.directory = directory;
    this.client = new GridmrClient({ baseUrl: stack.url });
  }

  static async start({ workers = 2, queueKind, env = {} }: StackSettings = {}): Promise<RunningStack> {
    const directory = await TemporaryDirectory.create('stack');
    const all = {
      ...process.env,
      GRIDMR_DATA_DIR: directory.path,
      GRIDMR_API_PORT: '0',
      GRIDMR_WORKERS: String(workers),
      GRIDMR_LOG_LEVEL: 'error',
      ...env,
    };
    const settings = readSettings(all);
    const logger = createLogger({ level: settings.logLevel, service: 'launcher' });
    const stack = await Stack.start({ settings, logger, env: all, queueKind });
    return new RunningStack(stack, directory);
  }

  get url(): string {
    return this.#stack.url;
  }

  get queueKind(): string {
    return this.#stack.queueKind;
  }

  /** Submits a job and waits until it has ended, however that is. */
  async run(request: JobRequest): Promise<Job> {
    const { job_id } = await this.client.submit(request);
    return this.client.waitFor(job_id, { signal: AbortSignal.timeout(jobTimeoutMs) });
  }

  /** The part files of a completed job, by name. */
  async parts(job: Job): Promise<Map<string, Buffer>> {
    const directory = this.directory.resolve(job.spec.output_path);
    const names = (await readdir(directory)).filter(name => name.startsWith('part-')).sort();
    const files = await Promise.all(names.map(name => readFile(`${directory}/${name}`)));
    return new Map(names.map((name, i) => [name, files[i] ?? Buffer.alloc(0)]));
  }

  /** Names of what stands in a job's own directory. */
  async ownFiles(jobId: string): Promise<string[]> {
    return (await readdir(this.directory.resolve(jobFiles.directory(jobId)))).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
  }
}

/** All lines of all parts. */
export function linesOf(parts: ReadonlyMap<string, Buffer>): string[] {
  return [...parts.values()].flatMap(part => part.toString().split('\n').slice(0, -1));
}
