/** The store of an installation, of the kind that its address says. */
import { storageLimits } from '@gridmr/contracts';
import type { BlobStore } from './blob-store.js';
import { type FsStoreOptions, openFsStore } from './fs-store.js';
import { isObjectAddress } from './s3/object-address.js';

export type StoreOptions = FsStoreOptions;

/** @param address a directory of this machine, or `s3://bucket/prefix`: see `object-address.ts` */
export async function openStore(address: string, options: StoreOptions = {}): Promise<BlobStore> {
  if (!isObjectAddress(address)) return openFsStore(address, options);
  const { mayBlock = false, patienceMs = storageLimits.patienceMs } = options;
  // Loaded only where it is used: a directory needs nothing of it.
  const { openObjectStore } = await import('./s3/object-store.js');
  return openObjectStore(address, { mayBlock, patienceMs });
}
