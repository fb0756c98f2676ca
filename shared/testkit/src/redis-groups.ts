/** Several Redis servers that belong together: a Cluster, and a master with a replica that a Sentinel watches. */
import { PrivateRedis, type PrivateRedisOptions } from './private-redis.js';
import { waitUntil } from './wait-until.js';

const nodeTimeoutMs = 1000;
const masters = 3;

type Secrets = Pick<PrivateRedisOptions, 'password' | 'certificate'>;

export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly PrivateRedis[];
  /** The node in whose slots the key lies, whether it is there or not. */
  ownerOf(key: string): Promise<PrivateRedis>;
}

/** Three masters without replicas. */
export async function startRedisCluster(secrets: Secrets = {}): Promise<RedisCluster> {
  const config = ['cluster-enabled yes', `cluster-node-timeout ${nodeTimeoutMs}`];
  if (secrets.certificate !== undefined) config.push('tls-cluster yes');
  const nodes = await startAll(Array.from({ length: masters }, () => ({ ...secrets, config })));
  const stop = () => stopAll(nodes);
  try {
    await nodes[0]?.command('--cluster', 'create', ...nodes.map(node => node.address), '--cluster-yes');
    await waitUntil('the cluster', async () => {
      const states = await Promise.all(nodes.map(node => node.command('CLUSTER', 'INFO')));
      return states.every(state => state.includes('cluster_state:ok'));
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, ownerOf: key => ownerAmong(nodes, key), [Symbol.asyncDispose]: stop };
}

/** The others only say who it is. */
async function ownerAmong(nodes: readonly PrivateRedis[], key: string): Promise<PrivateRedis> {
  for (const node of nodes) if (/^[01]$/.test(await node.command('EXISTS', key))) return node;
  throw new Error(`no node has the slot of ${key}`);
}

export const watchedName = 'gridmr-master';

export interface WatchedRedis extends AsyncDisposable {
  readonly master: PrivateRedis;
  readonly replica: PrivateRedis;
  readonly sentinel: PrivateRedis;
}

/** The Sentinel promotes the replica a second after the master has gone. Its own password is `sentinelPassword`. */
export async function startWatchedRedis(secrets: Secrets & { sentinelPassword?: string } = {}): Promise<WatchedRedis> {
  const { password, certificate, sentinelPassword } = secrets;
  const started: PrivateRedis[] = [];
  const start = async (options: PrivateRedisOptions) => {
    const server = await PrivateRedis.start({ certificate, ...options });
    started.push(server);
    return server;
  };
  const stop = () => stopAll(started);
  try {
    // A replica is served at once, and not after others might have come.
    const master = await start({ password, config: ['repl-diskless-sync-delay 0'] });
    const replica = await start({ password, config: [`replicaof 127.0.0.1 ${master.port}`] });
    await waitUntil('the replica', async () =>
      (await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    );
    const config = [
      `sentinel monitor ${watchedName} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${watchedName} ${nodeTimeoutMs}`,
      `sentinel failover-timeout ${watchedName} ${5 * nodeTimeoutMs}`,
      ...(password === undefined ? [] : [`sentinel auth-pass ${watchedName} ${password}`]),
    ];
    const sentinel = await start({ password: sentinelPassword, config, isSentinel: true });
    await waitUntil('the Sentinel to know the replica', async () =>
      (await sentinel.command('SENTINEL', 'REPLICAS', watchedName)).includes(String(replica.port)),
    );
    return { master, replica, sentinel, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(all: readonly PrivateRedisOptions[]): Promise<PrivateRedis[]> {
  const results = await Promise.allSettled(all.map(options => PrivateRedis.start(options)));
  const started = results.filter(result => result.status === 'fulfilled').map(result => result.value);
  const failure = results.find(result => result.status === 'rejected');
  if (failure === undefined) return started;
  await stopAll(started);
  throw failure.reason;
}

async function stopAll(servers: readonly PrivateRedis[]): Promise<void> {
  await Promise.all(servers.map(server => server[Symbol.asyncDispose]()));
}
