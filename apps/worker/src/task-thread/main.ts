/**
 * The task thread: one attempt at a time, from bytes to its commit. User code, sorting and merging happen here and nowhere else, so
 * the main thread is always free to renew its locks, and can terminate this one whenever it must.
 */
import { workerData } from 'node:worker_threads';
import { TaskError } from '@gridmr/contracts';
import { SegmentDamagedError } from '@gridmr/engine';
import { serveRequests } from '@gridmr/sandbox';
import { openFsStore, StorageError } from '@gridmr/storage';
import type { AttemptOutcome, AttemptRequest, TaskThreadData } from '../attempts/attempt-request.js';
import { runMap } from './run-map-attempt.js';
import { runReduce } from './run-reduce-attempt.js';

const { dataDirectory, engine } = workerData as TaskThreadData;
const store = await openFsStore(dataDirectory, { mayBlock: true });

serveRequests<AttemptRequest, AttemptOutcome>(async request => {
  try {
    return request.kind === 'map' ? await runMap(store, engine, request) : await runReduce(store, engine, request);
  } catch (error) {
    throw isStorageFailure(error)
      ? new TaskError({ code: 'storage_error', message: error.message }, { cause: error })
      : error;
  }
});

/** Classes do not survive the way to the main thread; codes do. */
function isStorageFailure(error: unknown): error is Error {
  return error instanceof StorageError || error instanceof SegmentDamagedError;
}
