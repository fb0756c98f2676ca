/**
 * The first tables. Text is ordered by the database's own collation, which is the order of bytes for what is ordered
 * here: job ids, fixed-width times, `map` before `reduce`.
 */
import { type CreateTableBuilder, type Kysely, type Migration, sql } from 'kysely';

const taskKey = ['job_id', 'kind', 'task_index'] as const;
const counts = [
  ...['map_total', 'map_running', 'map_completed', 'map_failed'],
  ...['reduce_total', 'reduce_running', 'reduce_completed', 'reduce_failed'],
  ...['failed_attempts', 'lost_attempts'],
];

async function createJobs(db: Kysely<unknown>): Promise<void> {
  let jobs: CreateTableBuilder<string> = db.schema.createTable('jobs');
  jobs = jobs.addColumn('job_id', 'text', column => column.primaryKey());
  for (const name of ['name', 'client_id', 'asked', 'created_at', 'status']) {
    jobs = jobs.addColumn(name, 'text', column => column.notNull());
  }
  for (const name of ['phase', 'started_at', 'finished_at', 'output', 'error', 'counters']) {
    jobs = jobs.addColumn(name, 'text');
  }
  for (const name of ['input_files', 'input_bytes']) jobs = jobs.addColumn(name, 'bigint');
  for (const name of counts) jobs = jobs.addColumn(name, 'integer', column => column.notNull().defaultTo(0));
  await jobs.execute();
}

async function createJobIndexes(db: Kysely<unknown>): Promise<void> {
  const newest = ['created_at', 'job_id'];
  const index = (name: string) => db.schema.createIndex(name).on('jobs');
  await index('jobs_by_time').columns(newest).execute();
  await index('jobs_by_client')
    .columns(['client_id', ...newest])
    .execute();
  await index('jobs_by_status')
    .columns(['status', ...newest])
    .execute();
  await index('jobs_unfinished').columns(['job_id']).where(sql<boolean>`finished_at is null`).execute();
}

async function createTasks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tasks')
    .addColumn('job_id', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('task_index', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('tasks_key', [...taskKey])
    .execute();
  await db.schema
    .createIndex('tasks_by_state')
    .on('tasks')
    .columns(['job_id', 'state', 'kind', 'task_index'])
    .execute();
}

async function createAttempts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('attempts')
    .addColumn('job_id', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('task_index', 'integer', column => column.notNull())
    .addColumn('attempt', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('worker_id', 'text', column => column.notNull())
    .addColumn('started_at', 'text', column => column.notNull())
    .addColumn('finished_at', 'text')
    .addColumn('error', 'text')
    .addColumn('final', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('attempts_key', [...taskKey, 'attempt'])
    .execute();
}

async function createIdempotencyKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('client_id', 'text', column => column.notNull())
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('job_id', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['client_id', 'key'])
    .execute();
}

export const jobRecords: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createJobs(db);
    await createJobIndexes(db);
    await createTasks(db);
    await createAttempts(db);
    await createIdempotencyKeys(db);
  },
};
