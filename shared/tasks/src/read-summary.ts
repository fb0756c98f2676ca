/** Reads the summary of a group that a barrier has passed. */
import { dataPlaneLimits, type GroupSummary, groupSummarySchema } from '@gridmr/contracts';
import { type BlobStore, StorageError } from '@gridmr/storage';

export async function readSummary(store: BlobStore, path: string): Promise<GroupSummary> {
  const text = Buffer.from(
    await store.read(path, dataPlaneLimits.groupSummaryBytesMax, { isAwaited: true }),
  ).toString();
  try {
    return groupSummarySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StorageError('damaged', path, `${path} is not a group summary`, { cause });
  }
}
