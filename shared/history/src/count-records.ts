/** How many jobs and tasks there are, by status and state. */
import { jobStatusSchema } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { RecordCounts } from './history.js';
import type { Tables } from './schema.js';

export async function countRecords(db: Kysely<Tables>): Promise<RecordCounts> {
  const byStatus = await db
    .selectFrom('jobs')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute();
  const known = new Map(byStatus.map(({ status, count }) => [status, Number(count)]));
  const jobs = Object.fromEntries(jobStatusSchema.options.map(status => [status, known.get(status) ?? 0]));
  return { jobs: jobs as RecordCounts['jobs'], tasks: await countTasks(db) };
}

/** Each job's row has the counts of its tasks; the condition is that of an index. */
async function countTasks(db: Kysely<Tables>): Promise<RecordCounts['tasks']> {
  const names = ['total', 'running', 'completed', 'failed'] as const;
  const sums = await db
    .selectFrom('jobs')
    .select(({ fn }) =>
      names.flatMap(name => [
        fn.sum<number | null>(`map_${name}`).as(`map_${name}`),
        fn.sum<number | null>(`reduce_${name}`).as(`reduce_${name}`),
      ]),
    )
    .where('finished_at', 'is', null)
    .executeTakeFirstOrThrow();
  const sum = (name: (typeof names)[number]) => Number(sums[`map_${name}`] ?? 0) + Number(sums[`reduce_${name}`] ?? 0);
  const [total, running, completed, failed] = [sum('total'), sum('running'), sum('completed'), sum('failed')];
  return { pending: Math.max(0, total - running - completed - failed), running, completed, failed };
}
