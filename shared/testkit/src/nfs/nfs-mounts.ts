/**
 * A directory that is mounted several times, each mount with the memory of an NFS client of its own. Needs root and FUSE, on Linux; or real mounts of one
 * export, made by whoever runs the tests: `GRIDMR_TEST_NFS_MOUNTS=/mnt/a:/mnt/b:/mnt/c`.
 */
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestProcess } from '../processes.js';
import { TemporaryDirectory } from '../temporary-directory.js';
import { waitUntil } from '../wait-until.js';
import type { NfsMemory } from './nfs-client.js';
import type { NfsDescription } from './serve-nfs.js';

export type { NfsMemory } from './nfs-client.js';

const entryPoint = fileURLToPath(new URL('./serve-nfs.js', import.meta.url));
const stopMs = 20_000;
/** Each mount waits in a thread of the pool. */
const threadsBeside = 4;

/** What an NFS mount of Linux remembers with the options that docs/operating.md names: attributes for `acregmin`, missing names not at all. */
export const recommendedMemory: NfsMemory = { attributes: 3, names: 1, missing: 0 };
/** As without `lookupcache=positive`, for as long as a store waits for what must be there. */
export const forgetfulMemory: NfsMemory = { attributes: 3, names: 1, missing: 1.5 };

/** Why there can be no mounts here; undefined if there can. */
export function whyNoNfsMounts(): string | undefined {
  if (givenMounts().length > 0) return undefined;
  if (process.platform !== 'linux') return 'FUSE is needed, which only Linux has';
  if (process.getuid?.() !== 0) return 'only root may mount';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return 'this machine has no /dev/fuse';
  }
  return undefined;
}

function givenMounts(): readonly string[] {
  return (process.env.GRIDMR_TEST_NFS_MOUNTS ?? '').split(':').filter(path => path !== '');
}

export class NfsMounts implements AsyncDisposable {
  readonly paths: readonly string[];
  readonly #end: () => Promise<void>;

  private constructor(paths: readonly string[], end: () => Promise<void>) {
    this.paths = paths;
    this.#end = end;
  }

  /** A mount for each memory; real ones have what they were mounted with. */
  static async start(memories: readonly NfsMemory[]): Promise<NfsMounts> {
    const given = givenMounts();
    return given.length === 0 ? NfsMounts.#startOwn(memories) : NfsMounts.#useGiven(given, memories.length);
  }

  static async #startOwn(memories: readonly NfsMemory[]): Promise<NfsMounts> {
    const around = await TemporaryDirectory.create('nfs');
    const directory = around.resolve('export');
    const mounts = memories.map((memory, i) => ({ path: around.resolve(`mount-${i + 1}`), memory }));
    for (const path of [directory, ...mounts.map(({ path }) => path)]) await mkdir(path);
    const described: NfsDescription = { directory, mounts };
    const env = { UV_THREADPOOL_SIZE: String(mounts.length + threadsBeside) };
    const server = TestProcess.fork(entryPoint, { args: [JSON.stringify(described)], env });
    let isReady = false;
    server.child.once('message', () => {
      isReady = true;
    });
    await waitUntil('the mounts', () => isReady || server.hasExited);
    if (!isReady) throw new Error(`the server of the mounts ended:\n${server.stderr}`);
    const paths = mounts.map(({ path }) => path);
    return new NfsMounts(paths, async () => {
      await server.stop(stopMs);
      await around[Symbol.asyncDispose]();
    });
  }

  /** A new directory, as each of them shows it. */
  static async #useGiven(given: readonly string[], count: number): Promise<NfsMounts> {
    const [first] = given;
    if (first === undefined || given.length < count)
      throw new Error(`GRIDMR_TEST_NFS_MOUNTS must name ${count} mounts`);
    const made = await mkdtemp(join(first, 'gridmr-test-'));
    const paths = given.slice(0, count).map(path => join(path, basename(made)));
    for (const path of paths) await waitUntil(`${path} on its mount`, async () => await stat(path));
    return new NfsMounts(paths, () => rm(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
