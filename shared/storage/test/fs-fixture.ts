/** A store in a directory of its own, and what tests need to look behind it. */
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStat, type BlobStore, openFsStore, StorageError } from '@gridmr/storage';

/** Generous, for machines that are busy with other things. */
export const testDeadlineMs = 30_000;

export interface FsFixture extends AsyncDisposable {
  readonly store: BlobStore;
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
  return {
    store: await openFsStore(root, options),
    root,
    elsewhere,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export async function readText(store: BlobStore, path: string): Promise<string> {
  return textOf(await store.read(path, 1_000_000));
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function pathsOf(files: AsyncIterable<BlobStat | string>): Promise<string[]> {
  return (await collect(files)).map(file => (typeof file === 'string' ? file : file.path));
}

/** The `StorageError` that `operation` ends with; fails if it ends in any other way. */
export async function storageErrorOf(operation: () => unknown): Promise<StorageError> {
  try {
    await operation();
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

/** As it was when this module was loaded: a test may put faults in its place. */
const soundReaddir = readdir;

/** Where a store puts files on their way; it stays. */
const ways = ['.gridmr', '.gridmr/tmp'];

/** What an NFS client makes of a file that is removed while it is open; it goes when the file is closed. */
const sillyName = /(^|\/)\.nfs[0-9a-f]{24}$/;

/** Every name below a directory of the machine, hidden ones too, but for the place of files on their way. */
export async function everythingIn(directory: string): Promise<string[]> {
  const names = await soundReaddir(directory, { recursive: true });
  return names.filter(name => !ways.includes(name) && !sillyName.test(name)).sort();
}
