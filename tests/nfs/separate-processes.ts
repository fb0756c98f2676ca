/** An API and workers as processes of their own, each with its own data directory: as machines have them that mount one export. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GridmrClient } from '@gridmr/client';
import { createLogger, type QueueServer, startQueueServer } from '@gridmr/runtime';
import { TemporaryDirectory, TestProcess } from '@gridmr/testkit';

const builtHere = fileURLToPath(new URL('../../../', import.meta.url));

export interface SeparateSettings {
  /** Where `dist/api.js` and so on are. */
  readonly root?: string;
  readonly apiDirectory: string;
  /** One worker each. */
  readonly workerDirectories: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class SeparateProcesses implements AsyncDisposable {
  readonly client: GridmrClient;
  readonly url: string;
  readonly workers: readonly TestProcess[];
  readonly #stop: () => Promise<void>;

  private constructor(url: string, workers: readonly TestProcess[], stop: () => Promise<void>) {
    this.url = url;
    this.client = new GridmrClient({ baseUrl: url });
    this.workers = workers;
    this.#stop = stop;
  }

  static async start({
    root = builtHere,
    apiDirectory,
    workerDirectories,
    env = {},
  }: SeparateSettings): Promise<SeparateProcesses> {
    const own = await TemporaryDirectory.create('separate');
    const queue: QueueServer = await startQueueServer({
      dataDirectory: own.path,
      logger: createLogger({ level: 'error', service: 'test' }),
    });
    const processes: TestProcess[] = [];
    const stop = async () => {
      await Promise.all(processes.map(process => process.stop(30_000)));
      await queue.stop();
      await own[Symbol.asyncDispose]();
    };
    const begin = async (program: string, directory: string) => {
      const settings = {
        GRIDMR_REDIS_URL: queue.url,
        GRIDMR_DATA_DIR: directory,
        GRIDMR_API_PORT: '0',
        GRIDMR_LOG_LEVEL: 'warn',
      };
      const process = TestProcess.fork(`${root}/dist/${program}.js`, {
        cwd: root,
        env: { ...settings, ...env },
      });
      processes.push(process);
      const failed = process.exited.then(() => Promise.reject(new Error(`${program} ended:\n${process.stderr}`)));
      const [message] = await Promise.race([once(process.child, 'message'), failed]);
      return { process, ready: message.ready as { readonly host: string; readonly port: number } };
    };
    try {
      const api = await begin('api', apiDirectory);
      const workers = await Promise.all(workerDirectories.map(directory => begin('worker', directory)));
      const url = `http://${api.ready.host}:${api.ready.port}`;
      return new SeparateProcesses(
        url,
        workers.map(({ process }) => process),
        stop,
      );
    } catch (error) {
      await stop();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
