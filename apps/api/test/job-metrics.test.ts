/** GET /api/v1/jobs/{id}/metrics */
import { type AttemptEvent, type JobEvent, jobMetricsSchema, type TaskKind, taskId } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi } from './api-under-test.js';
import { verdictOf } from './submitted-job.js';

const startMs = Date.UTC(2030, 0, 1);
const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();

function planned(id: string, seconds: number, mapTasks: number, reduceTasks: number): JobEvent {
  const input = { files: 1, bytes: 1000 };
  return { type: 'planned', job_id: id, at: at(seconds), map_tasks: mapTasks, reduce_tasks: reduceTasks, input };
}

function committed(id: string, kind: TaskKind, index: number, from: number, to: number, bytes: number): AttemptEvent {
  const figures = { input_records: bytes / 10, input_bytes: bytes, output_records: 2, output_bytes: 20 };
  const times = { started_at: at(from), at: at(to) };
  const task_id = taskId(id, kind, index);
  const fixed = { type: 'attempt', attempt: 1, state: 'committed', worker_id: 'w1', error: null, final: true } as const;
  return { ...fixed, ...times, job_id: id, task_id, figures };
}

describe('GET /api/v1/jobs/{id}/metrics', () => {
  const api = withApi();
  const read = async (id: string) => jobMetricsSchema.parse((await api().http.get(`/api/v1/jobs/${id}/metrics`)).body);

  it('has no figures of a job that has not begun', async () => {
    const id = await api().submitted();
    const metrics = await read(id);
    expect(metrics).to.deep.include({ job_id: id, status: 'queued', throughput: null, partitions: null });
    expect(metrics.tasks.map).to.deep.include({ tasks: 0, seconds: null });
    expect(metrics.phases.map(({ phase }) => phase)).to.deep.equal(['plan']);
  });

  it('tells when each phase began, and how long it lasted', async () => {
    const id = await api().submitted();
    await api().history.recordEvents([
      { type: 'phase', job_id: id, at: at(7), phase: 'commit' },
      planned(id, 1, 1, 1),
      { type: 'phase', job_id: id, at: at(4), phase: 'reduce' },
      { type: 'phase', job_id: id, at: at(5), phase: 'reduce' },
    ]);
    await api().history.finishJob(verdictOf(id, 'completed'));
    const { phases } = await read(id);
    expect(phases.slice(1)).to.deep.equal([
      { phase: 'map', started_at: at(1), seconds: 3 },
      { phase: 'reduce', started_at: at(4), seconds: 3 },
      { phase: 'commit', started_at: at(7), seconds: 2 },
    ]);
  });

  it('tells how long the committed attempts took, by map and reduce', async () => {
    const id = await api().submitted();
    const attempts = Array.from({ length: 100 }, (_, i) => committed(id, 'map', i, 2, 2 + (i + 1) / 100, 10));
    await api().history.recordEvents([planned(id, 1, 100, 1), ...attempts, committed(id, 'reduce', 0, 4, 9, 100)]);
    const { tasks } = await read(id);
    expect(tasks.map.tasks).to.equal(100);
    expect(tasks.map.seconds).to.deep.equal({ min: 0.01, mean: 0.505, p50: 0.5, p90: 0.9, p99: 0.99, max: 1 });
    const counts = tasks.map.histogram.map(({ up_to_seconds, tasks: some }) => [up_to_seconds, some]);
    expect(counts.slice(0, 6)).to.deep.equal([
      [0.01, 1],
      [0.03, 2],
      [0.1, 7],
      [0.3, 20],
      [1, 70],
      [3, 0],
    ]);
    expect(counts.at(-1)).to.deep.equal([null, 0]);
    expect(tasks.reduce.seconds).to.include({ p50: 5, max: 5 });
  });

  it('tells how unevenly the partitions are filled', async () => {
    const id = await api().submitted({ num_reducers: 4 });
    const sizes = [100, 100, 100, 700];
    const attempts = sizes.map((bytes, i) => committed(id, 'reduce', i, 2, 3, bytes));
    await api().history.recordEvents([planned(id, 1, 1, 4), ...attempts]);
    const { partitions } = await read(id);
    expect(partitions?.known).to.equal(4);
    expect(partitions?.input_bytes).to.include({ min: 100, mean: 250, max: 700, skew: 2.8 });
    expect(partitions?.input_records).to.include({ max: 70, skew: 2.8 });
    expect(partitions?.listed.map(each => [each.partition, each.input_bytes])).to.deep.equal([
      [0, 100],
      [1, 100],
      [2, 100],
      [3, 700],
    ]);
  });

  it('tells how fast a job went, by its counters once it has completed', async () => {
    const id = await api().submitted();
    await api().history.recordEvents([planned(id, 1, 1, 1)]);
    const verdict = verdictOf(id, 'completed');
    verdict.counters.map_input_bytes = 8000;
    verdict.counters.map_input_records = 80;
    await api().history.finishJob(verdict);
    const { throughput, counters } = await read(id);
    expect(throughput).to.deep.include({ input_bytes_per_second: 1000, input_records_per_second: 10 });
    expect(counters.map_input_bytes).to.equal(8000);
  });

  it('answers 404 for a job that it does not know', async () => {
    const answer = await api().http.get(`/api/v1/jobs/j${'0'.repeat(22)}/metrics`);
    expect(answer.status).to.equal(404);
  });
});
