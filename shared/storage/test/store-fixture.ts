/** A store of any kind with nothing in it, and what tests of all kinds need to look behind it. */
import { type BlobStat, type BlobStore, StorageError } from '@gridmr/storage';

/** Generous, for machines that are busy with other things. */
export const testDeadlineMs = 30_000;

export interface StoreFixture extends AsyncDisposable {
  readonly store: BlobStore;
  /** As it was given to `openStore`. */
  readonly address: string;
  /** What the system behind calls a file that is missing. */
  readonly missingCode: string;
  /** Whether a file that is open can be read on when another one has its name. */
  readonly keepsReplaced: boolean;
  /** How many are too many for one page, and few enough to be made. */
  readonly manyFiles: number;
  /** Every name below a directory, hidden ones too, but for the place of files on their way. What was begun and never ended is named with ` (begun)`. */
  everything(directory?: string): Promise<string[]>;
  /** Makes a file past the store, with one byte. */
  plant(path: string): Promise<void>;
}

/** Where a store puts files on their way; it stays. */
export const ways: readonly string[] = ['.gridmr', '.gridmr/tmp'];

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
