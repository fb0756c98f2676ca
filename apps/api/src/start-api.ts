/** Builds the API from the settings and listens. Everything it starts goes on the stack, to be stopped in reverse order. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { apiLimits, bytesPerMb, processLimits } from '@gridmr/contracts';
import { type JobChange, openHistory } from '@gridmr/history';
import {
  ChangePublisher,
  ChangeReader,
  connectRedis,
  type EventHandler,
  EventReader,
  keepQueueServer,
  type Logger,
  openProducer,
  packageVersion,
  type Settings,
  type StopStack,
  startMetrics,
  startTracing,
  stateDirectory,
  type TracedProcess,
} from '@gridmr/runtime';
import { ProgramChecker } from '@gridmr/sandbox';
import { freeSpace, JobStore, openStore } from '@gridmr/storage';
import { PreviewRunner } from '@gridmr/tasks';
import { createAccessControl } from './access/access-control.js';
import { isLoopback, refuseOpenDoor } from './access/open-door.js';
import { BenchmarkRunner } from './benchmark/benchmark-runner.js';
import { createApp } from './create-app.js';
import type { ApiDependencies, FileRules } from './dependencies.js';
import { followEvents } from './follow-events.js';
import { JobQueue } from './job-queue.js';
import { LiveEvents } from './live/live-events.js';
import { ServiceMetrics } from './metrics/service-metrics.js';
import { SystemFigures } from './metrics/system-figures.js';
import { systemNow } from './metrics/system-now.js';
import { queueBoard } from './queue-board.js';
import { newJobCheck } from './recent-check.js';
import { Speculation } from './speculation/speculation.js';
import { Sweep } from './sweep/sweep.js';

export interface ApiAddress {
  readonly host: string;
  readonly port: number;
}

type Connection = ReturnType<typeof connectRedis>;

/** Returns where the API listens, once it does. */
export async function startApi(settings: Settings, logger: Logger, stack: StopStack): Promise<ApiAddress> {
  const { dataDirectory, redisUrl, databaseUrl } = settings;
  const home = stateDirectory(settings, ['GRIDMR_DATABASE_URL', 'GRIDMR_REDIS_URL']);
  const tracing = stack.use('tracing', await startTracing(settings, thisProcess(), logger));
  const store = await openStore(dataDirectory, { patienceMs: apiLimits.storagePatienceMs });
  const jobStore = new JobStore(store);
  let changes: ChangePublisher | undefined;
  const metrics = new ServiceMetrics();
  const onChange = (change: JobChange) => {
    changes?.publish(change);
    if (change.moved) metrics.countEnd(change.status.status);
  };
  const history = stack.use('history', await openHistory({ url: databaseUrl, dataDirectory: home, onChange }));
  const { url } = stack.use('queue server', await keepQueueServer({ redisUrl, dataDirectory: home, logger }));
  const { redis, queues } = stack.use('queues', await openProducer(url, logger));
  const queue = new JobQueue(redis, queues);
  const { checker, previews } = startThreads(dataDirectory, logger, stack);
  const shared = connectRedis(url, 'worker', logger);
  stack.add('redis for events', () => shared.disconnect());
  changes = stack.use('changes', new ChangePublisher(shared, logger));
  const live = new LiveEvents(history, logger);
  const space = () => freeSpace(dataDirectory);
  const system = stack.use('system figures', new SystemFigures({ history, queue, live, logger, space }));
  const isReachable = !isLoopback(settings.apiHost);
  const access = createAccessControl({ ...accessSettings(settings), history, redis, logger, isReachable });
  await refuseOpenDoor(settings.apiHost, access.keys);
  let sweep: Sweep | undefined;
  let benchmarks: BenchmarkRunner | undefined;

  const dependencies: ApiDependencies = {
    history,
    store,
    jobStore,
    queue,
    mayWork: newJobCheck(queue, store),
    checker,
    previews,
    live,
    metrics,
    system,
    logger,
    tracing,
    access,
    queueBoard: queueBoard(queues),
    ...rulesOf(settings),
    version: packageVersion(import.meta.url),
    requestSweep: () => sweep?.request(),
    requestBenchmark: () => benchmarks?.request(),
  };
  const address = await listen(dependencies, settings, stack);
  await sendMetrics(dependencies, settings, stack);
  stack.use('live events', live);
  followChanges(dependencies, shared, stack);
  readEvents(dependencies, shared, address, stack);
  sweep = stack.use('sweep', new Sweep(dependencies));
  benchmarks = stack.use('benchmarks', new BenchmarkRunner(dependencies, dataDirectory));
  stack.use('speculation', new Speculation(dependencies));
  return address;
}

/** Both look at programs, away from this loop. */
function startThreads(dataDirectory: string, logger: Logger, stack: StopStack) {
  const checker = stack.use('program checker', new ProgramChecker());
  checker.warmUp().catch(error => logger.warn('the program checker is slow to start', { error }));
  const previews = stack.use('previews', new PreviewRunner(dataDirectory));
  previews.warmUp().catch(error => logger.warn('previews are slow to start', { error }));
  return { checker, previews };
}

function thisProcess(): TracedProcess {
  return { service: 'api', instance: `${hostname()}-${process.pid}`, version: packageVersion(import.meta.url) };
}

/** The metrics that Prometheus is told, for who collects them otherwise. */
async function sendMetrics(dependencies: ApiDependencies, settings: Settings, stack: StopStack) {
  const { metrics, logger } = dependencies;
  const read = async () => metrics.families(await systemNow(dependencies));
  stack.use('metrics', await startMetrics(settings, thisProcess(), read, logger));
}

function accessSettings({ apiKeys, scrapeKey, readsPerMinute, changesPerMinute, trustedProxies }: Settings) {
  return { apiKeys, scrapeKey, rates: { reads: readsPerMinute, changes: changesPerMinute }, trustedProxies };
}

function rulesOf(settings: Settings) {
  return {
    fileRules: fileRules(settings),
    auditDays: settings.auditDays,
    ceilings: {
      maxAttempts: settings.maxAttempts,
      taskTimeoutSeconds: settings.taskTimeoutSeconds,
      memoryBytes: settings.workerMemoryMb * bytesPerMb,
    },
    clientJobsMax: settings.clientJobs,
    kept: { retryHours: settings.retryHours, days: settings.retentionDays, jobs: settings.retentionJobs },
  };
}

/** A quota of 0 is none. */
function fileRules({ uploadMaxMb, userQuotaMb, userQuotaFiles }: Settings): FileRules {
  const unlessNone = (quota: number) => (quota === 0 ? Number.MAX_SAFE_INTEGER : quota);
  const quota = { bytes: unlessNone(userQuotaMb * bytesPerMb), files: unlessNone(userQuotaFiles) };
  return { bytesMax: uploadMaxMb * bytesPerMb, quota };
}

async function listen(dependencies: ApiDependencies, settings: Settings, stack: StopStack): Promise<ApiAddress> {
  const server = createServer(createApp(dependencies));
  // An upload may take hours: it ends when nothing arrives any more, and JSON bodies have a deadline of their own.
  server.requestTimeout = 0;
  stack.add('http server', () => stopServer(server));
  server.listen(settings.apiPort, settings.apiHost);
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : settings.apiPort;
  return { host: settings.apiHost, port };
}

/** Takes no new connections, lets requests under way end, and after a while cuts those that do not. */
async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), processLimits.finishAttemptsMs);
  await closed;
  clearTimeout(cut);
}

/** Every API process hears of every change, and tells its own listeners. */
function followChanges({ live, logger }: ApiDependencies, redis: Connection, stack: StopStack): void {
  const onChanges = live.take.bind(live);
  stack.use('reader of changes', new ChangeReader({ redis, logger, onStart: id => live.start(id), onChanges }));
}

/** The name in the group of readers is the address, so that a restarted API takes up what it had not acknowledged. */
function readEvents(dependencies: ApiDependencies, redis: Connection, address: ApiAddress, stack: StopStack): void {
  const { logger, metrics } = dependencies;
  const follow = followEvents(dependencies);
  const handle: EventHandler = async events => {
    await follow(events);
    metrics.countNews(events);
  };
  const consumerName = `api-${hostname()}-${address.port}`;
  stack.use('events', new EventReader({ redis, consumerName, handle, logger }));
}
