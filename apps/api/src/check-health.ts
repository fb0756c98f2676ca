/** Whether this API can serve: asks each dependency, all at once, each for a bounded time. */
import { performance } from 'node:perf_hooks';
import { apiLimits, type Dependency, type Health, RequestError } from '@gridmr/contracts';
import { NoAnswerError, withinDeadline } from '@gridmr/runtime';
import { StorageError } from '@gridmr/storage';
import type { ApiDependencies } from './dependencies.js';

/** The process answers, that is all. */
export function liveness({ version }: Pick<ApiDependencies, 'version'>): Health {
  return { status: 'ok', version, uptime_seconds: Math.round(process.uptime()) };
}

/** What `GET /health` says of this process and of all that it depends on. */
export async function checkHealth(
  dependencies: ApiDependencies,
): Promise<Health & Required<Pick<Health, 'dependencies'>>> {
  const { queue, history, store } = dependencies;
  const ask = (name: string, check: () => Promise<unknown>) => askDependency(dependencies, name, check);
  const [redis, database, storage] = await Promise.all([
    ask('redis', () => queue.check()),
    ask('database', () => history.check()),
    ask('storage', () => store.checkWritable()),
  ]);
  const up = [redis, database, storage].every(({ status }) => status === 'up');
  return { ...liveness(dependencies), status: up ? 'ok' : 'unavailable', dependencies: { redis, database, storage } };
}

/** What exactly is wrong stands in the log: the answer is for anybody, and errors name machines and paths. */
async function askDependency(
  { logger }: ApiDependencies,
  name: string,
  check: () => Promise<unknown>,
): Promise<Dependency> {
  const startMs = performance.now();
  try {
    await withinDeadline(apiLimits.healthCheckMs, check());
    return { status: 'up', latency_ms: roundedMs(startMs) };
  } catch (error) {
    logger.warn('a dependency is not ready', { dependency: name, error });
    return { status: 'down', latency_ms: roundedMs(startMs), detail: detailOf(error) };
  }
}

/** Only what was written for users. */
function detailOf(error: unknown): string {
  const isForUsers = error instanceof NoAnswerError || error instanceof RequestError || error instanceof StorageError;
  return isForUsers ? error.message : 'it answers with an error; the log of the API has it';
}

function roundedMs(startMs: number): number {
  return Math.round((performance.now() - startMs) * 10) / 10;
}
