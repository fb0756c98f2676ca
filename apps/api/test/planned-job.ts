/** Brings a submitted job into its map phase on the shared directory, by writing what workers would write there. */
import { taskId, zeroCounters } from '@gridmr/contracts';
import type { ApiUnderTest } from './api-under-test.js';

/** Commits a plan of so many map tasks and one reduce task. */
export async function planOf(api: ApiUnderTest, jobId: string, mapTasks: number): Promise<void> {
  const split = { ranges: [{ path: 'input/book.txt', start: 0, end: 20, file_bytes: 20 }] };
  const plan = {
    job_id: jobId,
    token: 'testplan',
    map_tasks: mapTasks,
    reduce_tasks: 1,
    input: { files: 1, bytes: 20 },
    planned_at: '2030-01-01T00:00:01.000Z',
  };
  await api.jobStore.commitPlan(plan, Array(mapTasks).fill(split));
}

/** The second attempt of a map task, by worker `w7`, is committed. */
export async function commitTask(api: ApiUnderTest, jobId: string, index: number): Promise<void> {
  await api.jobStore.commitAttempt({
    task_id: taskId(jobId, 'map', index),
    attempt: 2,
    worker_id: 'w7',
    started_at: '2030-01-01T00:00:02.000Z',
    committed_at: '2030-01-01T00:00:03.000Z',
    file: `m-0000${index}.a2-test.segment`,
    bytes: 1,
    records: 1,
    crc32c: 0,
    counters: zeroCounters(),
  });
}
