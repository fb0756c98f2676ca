/**
 * A private `redis-server` (or `valkey-server`): loopback only, with a random password, an append-only file and no
 * eviction. Its configuration goes in by a pipe, so that the password stands in no argument and no file.
 *
 * Between us and the server stands a small shell in a session of its own, so that Ctrl-C reaches neither. The shell
 * watches a second pipe whose other end only we hold: when it ends, because we ask or because we are gone, the server stops.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { processLimits, reservedDirectory } from '@gridmr/contracts';
import { checkRedis, parseInfo } from './check-redis.js';
import { freePort, loopbackHost } from './free-port.js';
import type { Logger } from './logger.js';
import { PrivateProcess, privateServer } from './private-server.js';
import type { QueueServer, ServerPlace } from './queue-server.js';
import { connectRedis } from './redis-connection.js';
import { lockServerDirectory, type ServerLock } from './server-lock.js';
import { waitForRedis } from './wait-for-redis.js';

const passwordBytes = 24;
/** Another program may take the free port before the server does. */
const startsMax = 3;
const portTaken = 'Address already in use';

/**
 * Descriptor 0 is the configuration, 3 the pipe that ends with us; $1 is the program, $2 the seconds after which it is
 * killed. At the end the shell signals its own group, to end the part of itself that still waits.
 */
const script = `
exec 4<&0
"$1" - <&4 3<&- 4<&- &
server=$!
exec 4<&- 0</dev/null
{ read -r _ <&3; kill -TERM "$server"; sleep "$2"; kill -KILL "$server"; } 2>/dev/null &
exec 3<&-
wait "$server"
status=$?
trap '' TERM
kill -TERM 0
exit "$status"
`;

export interface NativeServerOptions {
  /** Path of the server. */
  readonly program: string;
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly place?: ServerPlace | undefined;
}

/** @throws {QueueServerError} if another server has the directory, or this one does not start. */
export async function startNativeQueueServer(options: NativeServerOptions): Promise<QueueServer> {
  const directory = join(options.dataDirectory, reservedDirectory, 'redis');
  const lock = await lockServerDirectory(directory);
  try {
    for (let start = 1; ; start++) {
      const process = await tryStart(options, directory, lock, start === startsMax);
      if (process !== undefined) return process;
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Undefined if the port was taken and this was not the last try. */
async function tryStart(
  { program, logger, place }: NativeServerOptions,
  directory: string,
  lock: ServerLock,
  last: boolean,
): Promise<QueueServer | undefined> {
  const port = place?.port ?? (await freePort());
  const password = place?.password ?? randomBytes(passwordBytes).toString('hex');
  const url = `redis://:${password}@${loopbackHost}:${port}`;
  const process = spawnServer(program, configuration({ port, password, directory }));
  try {
    if (process.child.pid !== undefined) await lock.addHolder(process.child.pid);
    await waitForRedis(url, process.gone);
    const pid = await checkedPid(url, logger);
    return privateServer({ url, kind: 'native', pid, process, logger, afterwards: () => lock.release() });
  } catch (error) {
    await process.end();
    if (!last && process.output.includes(portTaken)) return undefined;
    throw error;
  }
}

function spawnServer(program: string, config: string): PrivateProcess {
  const killAfterSeconds = String(processLimits.queueServerStopMs / 1000);
  const child = spawn('sh', ['-c', script, 'gridmr-queue', program, killAfterSeconds], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const lifeline = child.stdio[3] as Writable;
  // A server that is gone already breaks both pipes; its exit says all there is to say.
  lifeline.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(config);
  return new PrivateProcess(child, () => lifeline.end());
}

function configuration(server: { port: number; password: string; directory: string }): string {
  return [
    `bind ${loopbackHost}`,
    `port ${server.port}`,
    `requirepass ${server.password}`,
    `dir ${JSON.stringify(server.directory)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

/** The server's own number (its shell has another). */
async function checkedPid(url: string, logger: Logger): Promise<number> {
  const redis = connectRedis(url, 'producer', logger);
  try {
    await checkRedis(redis);
    return Number(parseInfo(await redis.info('server')).get('process_id'));
  } finally {
    redis.disconnect();
  }
}
