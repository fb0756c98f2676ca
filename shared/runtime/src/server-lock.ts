/**
 * One private server per data directory: two on one append-only file would ruin it.
 *
 * The lock is a file that names the processes that hold it (who started the server, the server itself). It counts as
 * long as one of them runs, so a crash never leaves a lock behind that somebody must remove by hand. It is made by
 * linking a finished file into place, which only one process can win, and is never seen half written.
 */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processLimits, randomToken } from '@gridmr/contracts';
import { isRunning, type ProcessIdentity, processIdentity } from '@gridmr/storage';
import { z } from 'zod';
import { QueueServerError } from './queue-server-error.js';

const holdersSchema = z.array(z.object({ host: z.string(), pid: z.number().int().positive(), started: z.string() }));

const tokenLength = 12;

export interface ServerLock {
  /** Names one more process that keeps the lock while it runs. */
  addHolder(pid: number): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a directory, which is made if missing. A server that is just stopping, because its owner died, is waited for.
 * @throws {QueueServerError} if a server with a living owner has it.
 */
export async function lockServerDirectory(directory: string): Promise<ServerLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'server.lock');
  const holders = [processIdentity(process.pid)];
  const deadline = Date.now() + processLimits.stopMs;
  while (!(await linked(path, holders))) {
    const found = await readHolders(path);
    const [owner] = found;
    if (owner !== undefined && (isRunning(owner) || (found.some(isRunning) && Date.now() > deadline))) {
      throw new QueueServerError(refusal(owner, path));
    }
    if (found.some(isRunning)) await delay(processLimits.pollMs);
    else await removeStale(path, found);
  }
  return {
    async addHolder(pid) {
      holders.push(processIdentity(pid));
      await rename(await writeAside(path, holders), path);
    },
    release: () => rm(path, { force: true }),
  };
}

function refusal(owner: ProcessIdentity, path: string): string {
  return (
    `Another GridMR (process ${owner.pid} on ${owner.host}) runs its private queue on this data directory. Stop it, ` +
    'or give this one another GRIDMR_DATA_DIR, or let both share a Redis by GRIDMR_REDIS_URL. ' +
    `(If that process is long gone with its machine, remove ${path}.)`
  );
}

async function linked(path: string, holders: readonly ProcessIdentity[]): Promise<boolean> {
  const aside = await writeAside(path, holders);
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(aside, { force: true });
  }
}

async function writeAside(path: string, holders: readonly ProcessIdentity[]): Promise<string> {
  const aside = `${path}.${randomToken(tokenLength)}`;
  await writeFile(aside, JSON.stringify(holders), { flag: 'wx', mode: 0o600 });
  return aside;
}

/** Nobody, if the file is gone or is not ours to understand. */
async function readHolders(path: string): Promise<ProcessIdentity[]> {
  try {
    return holdersSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return [];
  }
}

/** Moves the lock away and looks at it once more: what another process took in between is put back. */
async function removeStale(path: string, seen: readonly ProcessIdentity[]): Promise<void> {
  const aside = `${path}.${randomToken(tokenLength)}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (JSON.stringify(await readHolders(aside)) !== JSON.stringify(seen)) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
