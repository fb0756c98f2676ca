/** What Redis says it has done. Commands inside scripts count too, as Redis does them. */
const listedMax = 8;

/** As it is now. */
export async function readRedis(redis) {
  const info = await redis.info('everything');
  const number = name => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
  const calls = [...info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)]);
  return {
    atMs: performance.now(),
    cpuSeconds: number('used_cpu_user') + number('used_cpu_sys'),
    memoryBytes: number('used_memory'),
    connections: number('connected_clients'),
    calls: new Map(calls),
  };
}

/** What came between two looks. */
export function redisBetween(before, after) {
  const calls = [...after.calls]
    .map(([name, count]) => [name, count - (before.calls.get(name) ?? 0)])
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  return {
    seconds: (after.atMs - before.atMs) / 1000,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    commands: calls.reduce((sum, [, count]) => sum + count, 0),
    most: calls.slice(0, listedMax).map(([name, count]) => `${name} ${count}`),
  };
}
