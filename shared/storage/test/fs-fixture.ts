/** A store in a directory of its own, and what tests need to look behind it. */
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, openStore } from '@gridmr/storage';
import { type StoreFixture, ways } from './store-fixture.js';

export * from './store-fixture.js';

export interface FsFixture extends StoreFixture {
  /** As it was given to `openFsStore`. */
  readonly root: string;
  /** A directory of the same machine that the store must not touch. */
  readonly elsewhere: string;
}

export async function plainFixture(): Promise<FsFixture> {
  return fixture(async directory => join(directory, 'data'));
}

/** As a task thread has it. */
export async function blockingFixture(): Promise<FsFixture> {
  return fixture(async directory => join(directory, 'data'), { mayBlock: true });
}

/** The root itself is reached through a link. */
export async function linkedFixture(): Promise<FsFixture> {
  return fixture(async directory => {
    await mkdir(join(directory, 'real'));
    await symlink(join(directory, 'real'), join(directory, 'linked'));
    return join(directory, 'linked');
  });
}

async function fixture(
  makeRoot: (directory: string) => Promise<string>,
  options?: { mayBlock?: boolean; patienceMs?: number },
): Promise<FsFixture> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'gridmr-storage-')));
  const root = await makeRoot(directory);
  const elsewhere = join(directory, 'elsewhere');
  await mkdir(elsewhere);
  const store = await openStore(root, options);
  return {
    ...fixtureOver(store, root, elsewhere),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Of a store in `root`, which whoever made it removes. */
export function fixtureOver(store: BlobStore, root: string, elsewhere: string): FsFixture {
  return {
    store,
    address: root,
    missingCode: 'ENOENT',
    keepsReplaced: true,
    manyFiles: 20_000,
    everything: (below = '') => everythingIn(join(root, below)),
    plant: async path => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), 'x');
    },
    root,
    elsewhere,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** As it was when this module was loaded: a test may put faults in its place. */
const soundReaddir = readdir;

/** What an NFS client makes of a file that is removed while it is open; it goes when the file is closed. */
const sillyName = /(^|\/)\.nfs[0-9a-f]{24}$/;

/** Every name below a directory of the machine, hidden ones too, but for the place of files on their way. */
export async function everythingIn(directory: string): Promise<string[]> {
  const names = await soundReaddir(directory, { recursive: true });
  return names.filter(name => !ways.includes(name) && !sillyName.test(name)).sort();
}
