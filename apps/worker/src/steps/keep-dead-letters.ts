/**
 * Part of the clean-up: dead letters outlive the commit records that say which of them count. Files of attempts that were committed get the name that needs no
 * commit record, the others go. It may die anywhere and run again: what has its last name is left alone.
 */
import { jobFiles } from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import type { StepTools } from './step-tools.js';

/** `m-00012.a1-4k7x2m.jsonl` */
const attemptFile = /^m-(\d{5,7})\.[a-z0-9-]+\.jsonl$/;

export async function keepDeadLetters(
  { store, jobs }: Pick<StepTools, 'store' | 'jobs'>,
  jobId: string,
): Promise<void> {
  const directory = jobFiles.deadLetters(jobId);
  for (const name of await store.names(directory)) {
    const index = Number(attemptFile.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(index)) continue;
    const record = await jobs.readCommit(jobId, 'map', index);
    if (record?.dead_letters === name) await keep(store, `${directory}/${name}`, jobFiles.deadLetterFile(jobId, index));
    else await store.discard(`${directory}/${name}`);
  }
}

/** Another clean-up may have been here. */
async function keep(store: StepTools['store'], from: string, to: string): Promise<void> {
  try {
    await store.rename(from, to);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'not_found') throw error;
  }
}
