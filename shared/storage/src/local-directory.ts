/**
 * A directory on this machine's own disk, for what lives no longer than its owner. If that is killed, the next process that makes one of the same kind here
 * removes it: its name says whose it is.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, processIdentity } from './process-identity.js';

/** `<kind>.<host>.<pid>.<start>.<random>` */
const namePattern = /^(?<kind>[^.]+)\.(?<host>.+)\.(?<pid>\d+)\.(?<started>\w*)\.\w+$/;

export class LocalDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param kind what its name begins with; without a dot */
  static async make(kind: string): Promise<LocalDirectory> {
    await removeOrphans(kind);
    const { host, pid, started } = processIdentity(process.pid);
    return new LocalDirectory(await mkdtemp(join(tmpdir(), `${kind}.${host}.${pid}.${started}.`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

async function removeOrphans(kind: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    // One that cannot be removed, as it is another user's, is no reason to do without one's own.
    if (isOrphan(kind, name)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isOrphan(kind: string, name: string): boolean {
  const parts = namePattern.exec(name)?.groups ?? {};
  const { host, pid, started = '' } = parts;
  return parts.kind === kind && host !== undefined && !isRunning({ host, pid: Number(pid), started });
}
