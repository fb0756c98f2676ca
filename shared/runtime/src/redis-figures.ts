/** How a Redis is doing, by its own words. */
import type { SystemMetrics } from '@gridmr/contracts';
import { infoOf } from './check-redis.js';
import type { RedisConnection } from './open-redis.js';

export async function redisFigures(redis: RedisConnection): Promise<NonNullable<SystemMetrics['redis']>> {
  const info = await infoOf(redis);
  const number = (name: string) => Number(info.get(name) ?? 0);
  return {
    // Valkey says for which version of Redis it stands, and its own.
    version: info.get('valkey_version') ?? info.get('redis_version') ?? 'unknown',
    memory_bytes: number('used_memory'),
    memory_max_bytes: number('maxmemory'),
    clients: number('connected_clients'),
    uptime_seconds: number('uptime_in_seconds'),
  };
}
