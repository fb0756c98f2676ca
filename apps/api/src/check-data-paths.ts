/**
 * Judges the paths of a job against the data directory as it is now: confined, inputs there, output free. The first
 * file of each input is enough, so it takes as long for 100,000 files as for one.
 */
import { type JobSpec, outputsDirectory, RequestError } from '@gridmr/contracts';
import { type BlobStore, inputExists, outputDirectoryIsFree } from '@gridmr/storage';

/**
 * @throws {RequestError} `input_not_found`, `output_exists`
 * @throws {StorageError} `outside` for a path that a symbolic link leads out of the data directory
 */
export async function checkDataPaths(store: BlobStore, spec: JobSpec, jobId: string): Promise<void> {
  for (const pattern of spec.inputs) {
    if (!(await inputExists(store, pattern))) {
      throw new RequestError('input_not_found', `There is no input ${shown(pattern)} in the data directory`);
    }
  }
  // Nobody knew the id before, so nothing is at the path that it is part of, and looking for it would take a while on a shared directory.
  if (spec.output_path === `${outputsDirectory}/${jobId}`) return;
  await refuseWaysOut(store, spec.output_path);
  if (!(await outputDirectoryIsFree(store, spec.output_path))) {
    const detail = `The output path ${shown(spec.output_path)} exists and is not empty; choose another, or remove it`;
    throw new RequestError('output_exists', detail);
  }
}

/** What does not exist yet leads nowhere, but a directory above it may be a link: looking at each of them throws. */
async function refuseWaysOut(store: BlobStore, path: string): Promise<void> {
  const segments = path.split('/');
  for (let length = 1; length <= segments.length; length++) await store.stat(segments.slice(0, length).join('/'));
}

function shown(path: string): string {
  return path === '' ? '/data' : path;
}
