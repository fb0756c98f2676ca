/** GridMR's own JSON files: bounded, and checked against a schema both ways. */
import { storageLimits } from '@gridmr/contracts';
import type { BlobPath, BlobStore, ReadOptions } from './blob-store.js';
import { StorageError } from './storage-error.js';

/** A schema of the contracts, as far as files need it. */
export interface FileSchema<Value> {
  parse(value: unknown): Value;
  safeParse(value: unknown): { success: true; data: Value } | { success: false; error: SchemaFaults };
}

interface SchemaFaults {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

export function jsonBytes<Value>(schema: FileSchema<Value>, value: Value): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(schema.parse(value)));
}

/** Undefined if the file does not exist. Throws `StorageError` `damaged` if it does not hold what its schema says. */
export async function readJson<Value>(
  store: BlobStore,
  path: BlobPath,
  schema: FileSchema<Value>,
  options?: ReadOptions,
): Promise<Value | undefined> {
  const bytes = await readIfThere(store, path, options);
  if (bytes === undefined) return undefined;
  const checked = schema.safeParse(parseJson(bytes, path));
  if (!checked.success) throw damaged(path, firstFault(checked.error), checked.error);
  return checked.data;
}

/** @param fault what is wrong, after "is damaged:" */
export function damaged(path: BlobPath, fault: string, cause?: unknown): StorageError {
  return new StorageError('damaged', path, `${path} is damaged: ${fault}`, { cause });
}

async function readIfThere(
  store: BlobStore,
  path: BlobPath,
  options: ReadOptions | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return await store.read(path, storageLimits.jobFileBytesMax, options);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'not_found') return undefined;
    if (error.code === 'too_large') throw damaged(path, 'it is larger than any file that GridMR writes', error);
    throw error;
  }
}

function parseJson(bytes: Uint8Array, path: BlobPath): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(path, 'it is not JSON', error);
  }
}

function firstFault(error: SchemaFaults): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it does not hold what it should';
  return `${issue.path.length === 0 ? 'its content' : issue.path.map(String).join('.')}: ${issue.message}`;
}
