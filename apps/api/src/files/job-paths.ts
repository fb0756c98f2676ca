/** Which files a job may read and write, by who submits it: the same that its owner may by hand. */
import { type JobSpec, jobIdSchema, outputsDirectory, RequestError, usersDirectory } from '@gridmr/contracts';
import type { Caller } from '../access/caller.js';
import { ownDirectory, type RightsDependencies, refuseForeign } from './file-rights.js';

/** What stands for several names. */
const magic = /[*?[\]{}()!|]/;

/**
 * Does nothing for callers who may read everything anyway.
 * @param jobId the job's own, whose default output path nobody else can name yet
 * @throws {RequestError} `input_not_found` for another client's files, `forbidden` for an input that may reach into them, and for an output path outside of
 * the caller's own directory
 */
export async function refuseForeignPaths(
  dependencies: RightsDependencies,
  caller: Caller,
  spec: Pick<JobSpec, 'inputs' | 'output_path'>,
  jobId: string,
): Promise<void> {
  if (caller.role !== 'user') return;
  for (const input of spec.inputs) await refuseForeignInput(dependencies, caller, input);
  const own = ownDirectory(caller);
  const isDefault = spec.output_path === `${outputsDirectory}/${jobId}`;
  if (!isDefault && !spec.output_path.startsWith(`${own}/`)) {
    const detail = `Jobs of this key write below ${own}/, or to the default output path: leave output_path out`;
    throw new RequestError('forbidden', detail);
  }
  if (!isDefault) await refuseForeign(dependencies, caller, spec.output_path);
}

async function refuseForeignInput(dependencies: RightsDependencies, caller: Caller, input: string): Promise<void> {
  const segments = input.split('/');
  const [top = '', owner = ''] = segments;
  const climbs = magic.test(input) && input.includes('..');
  const reachesIntoOthers = climbs || top === '' || magic.test(top) || (isDivided(top) && !isOneOwner(top, owner));
  if (reachesIntoOthers) {
    const detail = `The input ${input === '' ? '/data' : input} may reach into files of others: begin with a directory's name`;
    throw new RequestError('forbidden', detail);
  }
  const firstMagic = segments.findIndex(segment => magic.test(segment));
  const fixed = firstMagic === -1 ? segments : segments.slice(0, firstMagic);
  try {
    await refuseForeign(dependencies, caller, fixed.join('/'));
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'not_found') throw error;
    throw new RequestError('input_not_found', `There is no input ${input} in the data directory`, {}, { cause: error });
  }
}

/** Below it, each name has another owner. */
function isDivided(top: string): boolean {
  const folded = top.normalize('NFKC').toLowerCase();
  return folded === usersDirectory || folded === outputsDirectory;
}

function isOneOwner(top: string, owner: string): boolean {
  if (owner === '' || magic.test(owner)) return false;
  return top === usersDirectory || (top === outputsDirectory && jobIdSchema.safeParse(owner).success);
}
