/** Whether a Redis is fit to carry GridMR's messages. */
import { probeKey } from '@gridmr/contracts';
import { isCluster, type RedisConnection } from './open-redis.js';

const oldestVersion = [6, 2] as const;

/** This Redis would lose messages or lacks commands. The message says what to change. */
export class RedisUnsuitableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RedisUnsuitableError';
  }
}

/**
 * Asks with INFO only, because providers of managed Redis forbid CONFIG. Of a Cluster each node that has data is asked.
 * @throws {RedisUnsuitableError} if Redis may evict keys, is older than 6.2, or is not what its URL says.
 */
export async function checkRedis(redis: RedisConnection): Promise<void> {
  if (!isCluster(redis)) return checkServer(parseInfo(await redis.info()), 'standalone');
  await redis.ping();
  for (const info of await Promise.all(redis.nodes('master').map(node => node.info()))) {
    checkServer(parseInfo(info), 'cluster');
  }
}

/** INFO of the server that has our keys, which all lie in one place. */
export async function infoOf(redis: RedisConnection): Promise<Map<string, string>> {
  // Alone, INFO has no key, and a Cluster would have any of its nodes answer.
  const [, info] = (await redis.pipeline().exists(probeKey).info().exec()) ?? [];
  if (info?.[0]) throw info[0];
  return parseInfo(String(info?.[1] ?? ''));
}

function checkServer(info: ReadonlyMap<string, string>, wanted: 'standalone' | 'cluster'): void {
  const mode = info.get('redis_mode') ?? wanted;
  if (mode !== wanted) {
    const form = formOf[mode];
    throw new RedisUnsuitableError(
      `GRIDMR_REDIS_URL leads to a Redis that runs as ${mode}${form === undefined ? '' : `: write it as ${form}`}.`,
    );
  }
  const version = info.get('redis_version') ?? '';
  if (isTooOld(version)) {
    throw new RedisUnsuitableError(
      `Redis ${version} is too old: GridMR needs ${oldestVersion.join('.')} or later (or Valkey). Upgrade it, or set GRIDMR_REDIS_URL to another.`,
    );
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new RedisUnsuitableError(
      `Redis evicts keys when its memory is full (maxmemory-policy is ${policy}), and messages of running jobs would ` +
        'vanish. Set maxmemory-policy to noeviction, or give GridMR a Redis of its own.',
    );
  }
}

const formOf: Readonly<Record<string, string>> = {
  cluster: 'redis+cluster://host:port,host:port',
  sentinel: 'redis+sentinel://host:port,host:port/master-name',
  standalone: 'redis://host:port',
};

/** The `name:value` lines of an INFO reply. */
export function parseInfo(reply: string): Map<string, string> {
  const lines = reply.split(/\r?\n/).filter(line => line.includes(':') && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]);
}
