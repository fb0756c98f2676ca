/** Makes a benchmark's input, once: what is there already stays. */
import { benchmarkLimits } from '@gridmr/contracts';
import { GuardedThread } from '@gridmr/sandbox';
import type { BlobStore } from '@gridmr/storage';
import type { DataRequest } from './data-thread.js';

const entry = new URL('./data-thread.js', import.meta.url);

/** Returns how many bytes the input has. Throws what storage throws, as the thread tells it. */
export async function makeData(
  store: BlobStore,
  dataDirectory: string,
  request: DataRequest,
  signal: AbortSignal,
): Promise<number> {
  const made = await store.stat(request.path);
  if (made !== undefined) return made.bytes;
  await using thread = await GuardedThread.start(entry, { name: 'benchmark-data', workerData: { dataDirectory } });
  return await thread.run<DataRequest, number>(request, { deadlineMs: benchmarkLimits.dataMsMax, signal });
}
