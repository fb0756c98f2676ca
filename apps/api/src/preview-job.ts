/** Runs the functions of a request on a sample. What it may read is what the caller's job could; nothing is stored, and nothing is queued. */
import {
  bytesPerMb,
  newJobId,
  type Preview,
  previewLimits,
  type previewRequestSchema,
  specFromRequest,
} from '@gridmr/contracts';
import type { z } from 'zod';
import type { Caller } from './access/caller.js';
import { clientOf } from './access/own-jobs.js';
import { checkCeilings } from './check-ceilings.js';
import type { ApiDependencies } from './dependencies.js';
import { refuseForeignPaths } from './files/job-paths.js';

/** Throws `RequestError`. */
export async function previewJob(
  dependencies: ApiDependencies,
  request: z.output<typeof previewRequestSchema>,
  caller: Caller,
): Promise<Preview> {
  checkCeilings(request, dependencies.ceilings);
  const jobId = newJobId();
  const defaults = { ...dependencies.ceilings, jobId, clientId: clientOf(caller, request) };
  const asked = specFromRequest(request, true, defaults);
  const { sample } = request;
  const memoryBytes = Math.min(asked.memory_limit, previewLimits.memoryMbMax * bytesPerMb);
  const spec = { ...asked, memory_limit: memoryBytes, inputs: sample === undefined ? asked.inputs : [] };
  await refuseForeignPaths(dependencies, caller, spec, jobId);
  return dependencies.previews.run({ spec, sample });
}
