/** Storing a submitted job, once, however often its request comes. */
import type { AskedJob } from '@gridmr/contracts';
import type { Kysely, Transaction } from 'kysely';
import type { AddJobResult, JobChange, KnownSubmission, NewJob } from './history.js';
import { statusView } from './job-views.js';
import { plainText } from './json-column.js';
import type { Tables } from './schema.js';
import { fixedWidthTime } from './utc-time.js';

/**
 * Stores all of them, or none. A job whose id is stored already is the same job: the caller may repeat a call whose answer it never got.
 */
export async function addJobs(db: Kysely<Tables>, jobs: readonly NewJob[]): Promise<AddJobResult[]> {
  return await db.transaction().execute(async trx => {
    const added: AddJobResult[] = [];
    for (const job of jobs) added.push(await addJob(trx, job));
    return added;
  });
}

async function addJob(trx: Transaction<Tables>, { asked, idempotency }: NewJob): Promise<AddJobResult> {
  if (idempotency !== undefined) {
    const earlier = await claimKey(trx, asked, idempotency);
    if (earlier !== undefined) return earlier;
  }
  const created = await insertJob(trx, asked);
  return { outcome: created ? 'created' : 'same', jobId: asked.job_id };
}

/** Takes the key for this job; or says which job has it. Of two requests at once the second waits here for the first. */
async function claimKey(
  trx: Transaction<Tables>,
  asked: AskedJob,
  { key, digest }: NonNullable<NewJob['idempotency']>,
): Promise<AddJobResult | undefined> {
  const { client_id } = asked.spec;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('idempotency_keys')
    .values({ client_id: plainText(client_id), key: plainText(key), digest, job_id: asked.job_id })
    .onConflict(conflict => conflict.columns(['client_id', 'key']).doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 1n) return undefined;
  const earlier = await findSubmission(trx, client_id, key);
  if (earlier === undefined) throw new Error('an idempotency key is taken, and by no job');
  return { outcome: earlier.digest === digest ? 'same' : 'conflict', jobId: earlier.jobId };
}

/** What a key of a client came with first. */
export async function findSubmission(
  db: Kysely<Tables>,
  clientId: string,
  key: string,
): Promise<KnownSubmission | undefined> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['digest', 'job_id'])
    .where('client_id', '=', plainText(clientId))
    .where('key', '=', plainText(key))
    .executeTakeFirst();
  return row && { jobId: row.job_id, digest: row.digest };
}

async function insertJob(trx: Transaction<Tables>, asked: AskedJob): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('jobs')
    .values({
      job_id: asked.job_id,
      name: plainText(asked.spec.name),
      client_id: plainText(asked.spec.client_id),
      asked: JSON.stringify(asked),
      created_at: fixedWidthTime(asked.submitted_at),
      status: 'queued',
      speculative: asked.spec.speculative ? 1 : 0,
      ...noneYet,
    })
    .onConflict(conflict => conflict.column('job_id').doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** What storing a new job changes. */
export function newJobChange({ asked: { job_id, spec } }: NewJob): JobChange {
  const status = statusView({ job_id, status: 'queued', phase: null, error: null, ...noneYet });
  return { clientId: spec.client_id, run: noneYet.run, status, moved: true, tasks: [] };
}

const noneYet = {
  map_total: 0,
  map_running: 0,
  map_completed: 0,
  map_failed: 0,
  reduce_total: 0,
  reduce_running: 0,
  reduce_completed: 0,
  reduce_failed: 0,
  failed_attempts: 0,
  lost_attempts: 0,
  run: 1,
  map_run: 1,
  reduce_run: 1,
  speculative_attempts: 0,
  map_speculated: 0,
  reduce_speculated: 0,
};
