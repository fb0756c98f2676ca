/** The thread of a `PreviewRunner`. User code, and the compiling of it, happen here; it has no database, no queue, and may be ended at any time. */
import { workerData } from 'node:worker_threads';
import { RequestError } from '@gridmr/contracts';
import { prepareGuest, type RequestCalls, serveRequests } from '@gridmr/sandbox';
import { openStore, StorageError } from '@gridmr/storage';
import { makePreview } from './make-preview.js';
import type { PreviewJob, PreviewThreadData } from './preview-job.js';

const { dataDirectory, engine, scratch } = workerData as PreviewThreadData;
const store = await openStore(dataDirectory, { mayBlock: true });

serveRequests(answer, ({ spec }: PreviewJob) => prepareGuest(engine, spec.memory_limit));

async function answer(job: PreviewJob, calls: RequestCalls) {
  try {
    return await makePreview({ store, engine, scratch }, job, preview => calls.notice(preview));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const detail = 'The input could not be read; try again in a moment';
    throw new RequestError('storage_unavailable', detail, {}, { cause: error });
  }
}
