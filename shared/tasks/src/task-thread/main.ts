/**
 * The task thread: one attempt at a time, from bytes to its commit. User code, sorting and merging happen here and nowhere else, so
 * the main thread is always free to renew its locks, and can terminate this one whenever it must.
 */
import { workerData } from 'node:worker_threads';
import { TaskError } from '@gridmr/contracts';
import { SegmentDamagedError } from '@gridmr/engine';
import { prepareGuest, type RequestCalls, serveRequests } from '@gridmr/sandbox';
import { JobStore, nothingIfDamaged, openStore, StorageError, type StorageErrorCode } from '@gridmr/storage';
import type {
  AttemptOutcome,
  AttemptRequest,
  AttemptsNotice,
  AttemptsRequest,
  TaskOutcome,
  TaskThreadData,
} from '../attempt-request.js';
import { BundleClaims } from '../bundle-claims.js';
import { SegmentsUnfitError } from './find-segments.js';
import { runMap } from './run-map-attempt.js';
import { runReduce } from './run-reduce-attempt.js';

const { dataDirectory, inputDirectory, engine } = workerData as TaskThreadData;
const store = await openStore(dataDirectory, { mayBlock: true });
const jobs = new JobStore(store);
const inputs = inputDirectory === undefined ? store : await openStore(inputDirectory, { mayBlock: true });

const damagedCodes: readonly StorageErrorCode[] = ['damaged', 'not_found'];

serveRequests<AttemptsRequest, TaskOutcome[]>(makeAttempts, ({ memoryBytes }) => prepareGuest(engine, memoryBytes));

async function makeAttempts(
  { tasks, claims, ...shared }: AttemptsRequest,
  calls: RequestCalls,
): Promise<TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  const bundle = new BundleClaims(tasks.length, claims);
  try {
    for (let at = bundle.claim(); at !== undefined; at = bundle.claim()) {
      const task = tasks[at];
      if (task !== undefined) outcomes.push(await runTask({ ...shared, ...task, startedAt: new Date().toISOString() }));
    }
    return outcomes;
  } catch (error) {
    calls.notice({ ended: outcomes, damaged: damagedFiles(error) } satisfies AttemptsNotice);
    throw isStorageFailure(error)
      ? new TaskError({ code: 'storage_error', message: error.message }, { cause: error })
      : error;
  }
}

/**
 * Looks whether the task is committed, at the last moment and by a time after that of its start: its message may be one of two, and the tasks before it in a
 * bundle may have taken long. So what is committed is not begun again.
 */
async function runTask(request: AttemptRequest): Promise<TaskOutcome> {
  const { asked, kind, index } = request;
  // Whether a damaged record counts, the commit will say.
  const mayBe = await jobs.mayBeCommitted(asked.job_id, kind, index);
  if (mayBe && (await jobs.readCommit(asked.job_id, kind, index).catch(nothingIfDamaged)) !== undefined) {
    return 'committed before';
  }
  return runAttempt(request);
}

function runAttempt(request: AttemptRequest): Promise<AttemptOutcome> {
  return request.kind === 'map' ? runMap(store, inputs, engine, request) : runReduce(store, engine, request);
}

function damagedFiles(error: unknown): readonly string[] {
  if (error instanceof SegmentsUnfitError) return error.paths;
  if (error instanceof SegmentDamagedError) return [error.path];
  return error instanceof StorageError && damagedCodes.includes(error.code) ? [error.path] : [];
}

/** Classes do not survive the way to the main thread; codes do. */
function isStorageFailure(error: unknown): error is Error {
  return error instanceof StorageError || error instanceof SegmentDamagedError;
}
