/**
 * The full stack on one machine: queue server, API with dashboard, workers; each in a process of its own. They are
 * started in the order in which they need each other, and stopped in reverse: first the workers, which finish or hand
 * back what they are at, then the API, which takes down their last news, then the queue.
 */
import { processLimits } from '@gridmr/contracts';
import {
  keepQueueServer,
  type Logger,
  type QueueServer,
  type Settings,
  StopStack,
  stateDirectory,
} from '@gridmr/runtime';
import { mournWorker } from './mourn-worker.js';
import { ProgramProcess } from './program-process.js';

const apiEntry = new URL('../../../dist/api.js', import.meta.url);
/** On one machine, what answers requests and hands out work goes before the work itself. */
const ofWorkers = { niceness: processLimits.workerNiceness };
const workerEntry = new URL('../../../dist/worker.js', import.meta.url);

export interface StackOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  /** What the children's environment holds besides this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** For tests: a particular kind of private queue server. */
  readonly queueKind?: 'native' | 'embedded' | undefined;
}

export class Stack implements AsyncDisposable {
  /** `http://HOST:PORT` */
  readonly url: string;
  readonly queueKind: QueueServer['kind'];
  readonly #parts: StopStack;

  private constructor(url: string, queueKind: QueueServer['kind'], parts: StopStack) {
    this.url = url;
    this.queueKind = queueKind;
    this.#parts = parts;
  }

  /** Throws, leaving nothing behind, if a part does not come up. */
  static async start(options: StackOptions): Promise<Stack> {
    const parts = new StopStack(options.logger, stackDeadlines);
    try {
      return await startParts(options, parts, (url, kind) => new Stack(url, kind, parts));
    } catch (error) {
      await parts.stop();
      throw error;
    }
  }

  /** Returns when every process is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.stop();
  }
}

/** Each part has its own deadline, and after it is killed: the whole takes as long as all of them may. */
const partMs = processLimits.stopMs + 2 * processLimits.killGraceMs;
const stackDeadlines = { stopMs: 3 * partMs, stopPartMsMin: partMs };

async function startParts(
  { settings, logger, env, queueKind }: StackOptions,
  parts: StopStack,
  build: (url: string, kind: QueueServer['kind']) => Stack,
): Promise<Stack> {
  const { redisUrl } = settings;
  const dataDirectory = stateDirectory(settings, ['GRIDMR_DATABASE_URL', 'GRIDMR_REDIS_URL']);
  const queue = parts.use('queue server', await keepQueueServer({ redisUrl, dataDirectory, logger, force: queueKind }));
  const childEnv: NodeJS.ProcessEnv = { ...(env ?? process.env), GRIDMR_REDIS_URL: queue.url };
  const api = await ProgramProcess.start<{ host: string; port: number }>({
    name: 'API',
    entry: apiEntry,
    env: childEnv,
    logger,
    restartEnv: ({ port }) => ({ GRIDMR_API_PORT: String(port) }),
  });
  parts.use('API', api.program);
  // Workers ask for no key and show none.
  const { GRIDMR_API_KEYS: _keys, GRIDMR_SCRAPE_KEY: _scrapeKey, ...workerEnv } = childEnv;
  const workers = await Promise.allSettled(
    Array.from({ length: settings.workers }, (_, i) =>
      ProgramProcess.start<{ workerId: string }>({
        ...ofWorkers,
        name: `worker ${i + 1}`,
        entry: workerEntry,
        env: workerEnv,
        logger,
        onDeath: ({ workerId }) => mournWorker(queue.url, workerId, logger),
      }),
    ),
  );
  const started = workers.filter(result => result.status === 'fulfilled').map(result => result.value.program);
  parts.add('workers', () => Promise.all(started.map(program => program[Symbol.asyncDispose]())));
  const failure = workers.find(result => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const { host, port } = api.ready;
  return build(`http://${host.includes(':') ? `[${host}]` : host}:${port}`, queue.kind);
}
