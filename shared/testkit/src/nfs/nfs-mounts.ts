/** A directory that is mounted several times, each mount with the memory of an NFS client of its own. Needs root and FUSE, on Linux. */
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
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
const threadsBeside = '4';

/** What an NFS mount of Linux remembers with the options that docs/operating.md names: attributes for `acregmin`, missing names not at all. */
export const recommendedMemory: NfsMemory = { attributes: 3, names: 1, missing: 0 };
/** As without `lookupcache=positive`, for as long as a store waits for what must be there. */
export const forgetfulMemory: NfsMemory = { attributes: 3, names: 1, missing: 1.5 };

/** Why there can be no mounts here; undefined if there can. */
export function whyNoNfsMounts(): string | undefined {
  if (process.platform !== 'linux') return 'FUSE is needed, which only Linux has';
  if (process.getuid?.() !== 0) return 'only root may mount';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return 'this machine has no /dev/fuse';
  }
  return undefined;
}

export class NfsMounts implements AsyncDisposable {
  readonly paths: readonly string[];
  /** What the server serves. Never to be changed behind its back. */
  readonly directory: string;
  readonly #around: TemporaryDirectory;
  readonly #process: TestProcess;

  private constructor(paths: readonly string[], directory: string, around: TemporaryDirectory, process: TestProcess) {
    this.paths = paths;
    this.directory = directory;
    this.#around = around;
    this.#process = process;
  }

  static async start(count: number, memory: NfsMemory): Promise<NfsMounts> {
    const around = await TemporaryDirectory.create('nfs');
    const directory = around.resolve('export');
    const mounts = Array.from({ length: count }, (_, i) => ({ path: around.resolve(`mount-${i + 1}`), memory }));
    for (const path of [directory, ...mounts.map(({ path }) => path)]) await mkdir(path);
    const described: NfsDescription = { directory, mounts };
    const env = { UV_THREADPOOL_SIZE: String(count + Number(threadsBeside)) };
    const process = TestProcess.fork(entryPoint, { args: [JSON.stringify(described)], env });
    let isReady = false;
    process.child.once('message', () => {
      isReady = true;
    });
    await waitUntil('the mounts', () => {
      if (process.hasExited) throw new Error(`the server ended: ${process.stderr}`);
      return isReady;
    });
    return new NfsMounts(
      mounts.map(({ path }) => path),
      directory,
      around,
      process,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop(stopMs);
    await this.#around[Symbol.asyncDispose]();
  }
}
