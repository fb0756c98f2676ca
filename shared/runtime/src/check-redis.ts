/** Whether a Redis is fit to carry GridMR's messages. */
import type { Redis } from 'ioredis';

const oldestVersion = [6, 2] as const;

/** This Redis would lose messages or lacks commands. The message says what to change. */
export class RedisUnsuitableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RedisUnsuitableError';
  }
}

/**
 * Asks with INFO only, because providers of managed Redis forbid CONFIG.
 * @throws {RedisUnsuitableError} if Redis may evict keys, or is older than 6.2.
 */
export async function checkRedis(redis: Redis): Promise<void> {
  const info = parseInfo(await redis.info());
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

/** The `name:value` lines of an INFO reply. */
export function parseInfo(reply: string): Map<string, string> {
  const lines = reply.split(/\r?\n/).filter(line => line.includes(':') && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]);
}
