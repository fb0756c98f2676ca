/** Records of a release before runs are read as those of first runs. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runId } from '@gridmr/contracts';
import { openHistory } from '@gridmr/history';
import { expect } from 'chai';
import { Kysely, Migrator } from 'kysely';
import { jobRecords } from '../dist/migrations/0001-job-records.js';
import { openSqliteDialect } from '../dist/sqlite-dialect.js';
import { anyJob, at, attempt, verdict } from './samples.js';

interface OldTables {
  jobs: Record<string, string | number>;
  tasks: Record<string, string | number>;
  attempts: Record<string, string | number>;
}

describe('migrating job records to runs', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gridmr-migration-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** As version 0001 left them: a running job whose only map task is committed. */
  async function oldRecords(): Promise<ReturnType<typeof anyJob>> {
    const asked = anyJob();
    await mkdir(join(directory, '.gridmr'));
    const db = new Kysely<OldTables>({
      dialect: await openSqliteDialect(join(directory, '.gridmr', 'history.sqlite')),
    });
    const provider = { getMigrations: () => Promise.resolve({ '0001-job-records': jobRecords }) };
    const names = { migrationTableName: 'gridmr_migrations', migrationLockTableName: 'gridmr_migration_locks' };
    await new Migrator({ db, provider, ...names }).migrateToLatest();
    const { job_id, spec } = asked;
    const row = {
      job_id,
      name: spec.name,
      client_id: spec.client_id,
      asked: JSON.stringify(asked),
      created_at: at(0),
      status: 'running',
    };
    await db
      .insertInto('jobs')
      .values({ ...row, phase: 'map', map_total: 1, map_completed: 1, input_files: 1, input_bytes: 1 })
      .execute();
    const task = { job_id, kind: 'map', task_index: 0 };
    await db
      .insertInto('tasks')
      .values({ ...task, state: 'completed' })
      .execute();
    const times = { started_at: at(1), finished_at: at(2) };
    await db
      .insertInto('attempts')
      .values({ ...task, attempt: 2, state: 'committed', worker_id: 'w', ...times, final: 1 })
      .execute();
    await db.destroy();
    return asked;
  }

  it('keeps jobs, tasks and attempts, which news and retries go on from', async () => {
    const asked = await oldRecords();
    const id = asked.job_id;
    await using history = await openHistory({ dataDirectory: directory });
    expect(await history.findJob(id)).to.deep.include({ status: 'running', run: 1 });
    const { items } = await history.listTasks(id, { limit: 10 });
    expect(items[0]).to.deep.include({ state: 'completed' });
    expect(items[0]?.attempts[0]).to.include({ run: 1, attempt: 2, state: 'committed', started_at: at(1) });
    await history.recordEvents([attempt(id, 'map 0', 3, 'superseded', 4)]);
    await history.finishJob(verdict(id, 'failed'));
    const next = { ...asked, job_id: runId(id, 2), goes_on_from: { job_id: id, map: true, reduce: true } };
    expect(await history.retryJob(next)).to.equal(true);
    expect((await history.findStatus(id))?.tasks.map.completed).to.equal(1);
  });
});
