/**
 * A PostgreSQL that a test may stop and start again: a private cluster in a temporary directory, made by the system's `initdb`, on a free port of
 * 127.0.0.1, gone after the test.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

const run = promisify(execFile);

/** A server that a test may stop and start again. */
export interface PrivatePostgres extends AsyncDisposable {
  readonly url: string;
  start(): Promise<void>;
  /** `immediate` is a crash; `fast` says good-bye to its clients. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
}

/** Undefined, with the reason printed, where no PostgreSQL can be had. */
export async function startPrivatePostgres(): Promise<PrivatePostgres | undefined> {
  const bin = findBinaries();
  if (bin === undefined) {
    process.stderr.write('    No PostgreSQL: neither GRIDMR_TEST_POSTGRES_URL nor initdb and pg_ctl are there.\n');
    return undefined;
  }
  const directory = await mkdtemp(join(tmpdir(), 'gridmr-postgres-'));
  const as = await runAs(directory);
  const cluster = join(directory, 'cluster');
  const port = await freePort();
  const control = (...args: string[]) => as(join(bin, 'pg_ctl'), ['-D', cluster, '-w', ...args]);
  const start = () =>
    control('-l', join(directory, 'log'), '-o', `-h 127.0.0.1 -p ${port} -k ${directory} -c fsync=off`, 'start');
  const stop = (mode: string) => control('-m', mode, 'stop');
  try {
    await as(join(bin, 'initdb'), ['-D', cluster, '-U', 'gridmr', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
    await start();
  } catch (error) {
    await rm(directory, { recursive: true });
    throw error;
  }
  return {
    url: `postgres://gridmr@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      if (existsSync(join(cluster, 'postmaster.pid'))) await stop('immediate');
      await rm(directory, { recursive: true });
    },
  };
}

function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map(version => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return places.find(place => ['initdb', 'pg_ctl'].every(name => existsSync(join(place, name))));
}

type Run = (command: string, args: string[]) => Promise<void>;

/** PostgreSQL refuses to run as root: then it runs as another user, whose the directory becomes. */
async function runAs(directory: string): Promise<Run> {
  const asSelf: Run = async (command, args) => {
    await runQuietly(command, args, directory);
  };
  if (process.getuid?.() !== 0) return asSelf;
  const [uid = 0, gid = 0] = await idsOf('postgres').catch(() => idsOf('nobody'));
  await chown(directory, uid, gid);
  await chmod(directory, 0o700);
  return async (command, args) => {
    const other = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', command, ...args];
    await runQuietly('setpriv', other, directory);
  };
}

/** Without its output: the server would keep the pipe open that the command was started with. */
async function runQuietly(command: string, args: string[], cwd: string): Promise<void> {
  const quoted = [command, ...args].map(arg => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ');
  await run('sh', ['-c', `${quoted} >out 2>&1 </dev/null || { cat out >&2; exit 1; }`], { cwd });
}

async function idsOf(user: string): Promise<number[]> {
  return await Promise.all(['-u', '-g'].map(async flag => Number((await run('id', [flag, user])).stdout)));
}
