/** Which files hold a job's results, as its manifest lists them, and whether they can be sent as they are asked for. */
import {
  apiLimits,
  type Job,
  type KeyCounts,
  type Manifest,
  manifestSchema,
  outputNames,
  partName,
  partNamePattern,
  RequestError,
  type resultsQuerySchema,
} from '@gridmr/contracts';
import { type BlobStore, StorageError } from '@gridmr/storage';
import type { z } from 'zod';
import { invalidInput } from '../parse-input.js';

export type ResultsQuery = z.output<typeof resultsQuerySchema>;

export interface ResultPart {
  /** In the shared directory. */
  readonly path: string;
  readonly bytes: number;
  readonly crc32c: number;
  readonly records: number;
  /** Once it is decompressed. */
  readonly textBytes: number;
  /** If they do ascend. */
  readonly ascendingKeys: KeyCounts | undefined;
}

/**
 * The parts of a completed job in partition order, or the one that the query asks for.
 * @throws {RequestError} `not_finished`; `no_results`; `not_sorted`; `invalid_request` for a partition that the job does not have
 */
export async function findResults(store: BlobStore, job: Job, query: ResultsQuery): Promise<ResultPart[]> {
  refuseWithoutResults(job);
  const manifest = await readManifest(store, job);
  const parts = query.partition === undefined ? manifest.parts : [onePart(manifest, job, query.partition)];
  if (query.order === 'key') refuseUnsorted(job, parts);
  return parts.map(part => resultPart(job, part));
}

function resultPart({ spec }: Job, part: Manifest['parts'][number]): ResultPart {
  const { bytes, crc32c, records, text_bytes, ascending_keys } = part;
  const path = `${spec.output_path}/${part.file}`;
  return { path, bytes, crc32c, records, textBytes: text_bytes ?? bytes, ascendingKeys: ascending_keys };
}

/** Only parts that are in key order can be merged. */
function refuseUnsorted(job: Job, parts: Manifest['parts']): void {
  const refuse = (detail: string) => new RequestError('not_sorted', detail, { job_id: job.job_id });
  if (job.spec.num_reducers === 0) {
    throw refuse('The job has no reduce tasks, so its results stand in the order of its input and not of their keys');
  }
  const unsorted = parts.find(part => part.ascending_keys === undefined);
  if (unsorted === undefined) return;
  throw refuse(
    `The keys in ${unsorted.file} do not ascend: the reduce function emits other keys than those it is called with, in another ` +
      'order. A second job over this output, with these keys in its map, brings them into order',
  );
}

function refuseWithoutResults(job: Job): void {
  const about = { job_id: job.job_id };
  if (job.status === 'queued' || job.status === 'running') {
    throw new RequestError(
      'not_finished',
      `The job is ${job.status}; its results can be read once it has completed`,
      about,
    );
  }
  if (job.status !== 'completed') {
    const reason = job.error === null ? '' : `: ${job.error.message}`;
    throw new RequestError('no_results', `The job was ${job.status}${reason}`, about);
  }
}

async function readManifest(store: BlobStore, job: Job): Promise<Manifest> {
  const path = `${job.spec.output_path}/${outputNames.manifest}`;
  const manifest = manifestSchema.safeParse(await readJson(store, path, job));
  if (!manifest.success) throw new Error(`${path} is not a manifest`, { cause: manifest.error });
  if (manifest.data.job_id !== job.job_id) throw outputGone(job);
  // It is read from a directory that users write to: it must name files beside itself only.
  const strange = manifest.data.parts.find(part => !partNamePattern.test(part.file));
  if (strange !== undefined) throw new Error(`${path} lists ${JSON.stringify(strange.file)}, which is not a part`);
  return manifest.data;
}

async function readJson(store: BlobStore, path: string, job: Job): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await store.read(path, apiLimits.manifestBytesMax)));
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not_found') throw outputGone(job);
    throw error;
  }
}

function outputGone(job: Job): RequestError {
  const detail = `The job has completed, but its output in ${job.spec.output_path} is no longer there`;
  return new RequestError('no_results', detail, { job_id: job.job_id });
}

function onePart(manifest: Manifest, job: Job, partition: number): Manifest['parts'][number] {
  const file = partName(job.spec.num_reducers === 0 ? 'map' : 'reduce', partition, job.spec.output_compression);
  const part = manifest.parts.find(candidate => candidate.file === file);
  if (part !== undefined) return part;
  const message = `is not one of the job's partitions; it has ${manifest.parts.length}, counted from 0`;
  throw invalidInput([{ path: 'partition', message }]);
}
