/**
 * Which files of a job hold its dead letters, in order of map tasks: those of committed attempts. While the job runs, the task's commit record says
 * which of them that is; of a job that has ended, the file's name (`keep-dead-letters.ts` of the worker).
 */
import { jobFiles } from '@gridmr/contracts';
import { type BlobStore, type JobStore, StorageError } from '@gridmr/storage';

export interface LetterFile {
  /** Of the map task. */
  readonly index: number;
  readonly path: string;
  readonly bytes: number;
}

const letterName = /^m-(\d{5,7})(?:\.[a-z0-9-]+)?\.jsonl$/;

/** Of the tasks from `first` on. One directory is listed; commit records are read one at a time, as files are asked for. */
export async function* findLetterFiles(
  store: BlobStore,
  jobs: JobStore,
  jobId: string,
  first: number,
): AsyncGenerator<LetterFile, void> {
  const names = await store.names(jobFiles.deadLetters(jobId));
  const indices = new Set(names.map(name => Number(letterName.exec(name)?.[1] ?? Number.NaN)));
  for (const index of [...indices].filter(each => each >= first).sort((a, b) => a - b)) {
    const file = await findOne(store, jobs, jobId, index);
    if (file !== undefined) yield file;
  }
}

/** Looked for again behind the commit record: the clean-up gives the file its last name and then removes the record. */
async function findOne(
  store: BlobStore,
  jobs: JobStore,
  jobId: string,
  index: number,
): Promise<LetterFile | undefined> {
  const last = jobFiles.deadLetterFile(jobId, index);
  const name = (await jobs.readCommit(jobId, 'map', index))?.dead_letters;
  const named = name === undefined ? undefined : await store.stat(`${jobFiles.deadLetters(jobId)}/${name}`);
  const found = named ?? (await store.stat(last));
  return found === undefined ? undefined : { index, path: found.path, bytes: found.bytes };
}

/** The same file under its last name, if it was renamed since it was found. */
export async function* readRenamed(
  store: BlobStore,
  jobId: string,
  { index, path, bytes }: LetterFile,
  start: number,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* store.readStream(path, { start, end: bytes });
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'not_found') throw error;
    yield* store.readStream(jobFiles.deadLetterFile(jobId, index), { start, end: bytes });
  }
}
