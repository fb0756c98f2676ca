/** A request as the job that a local run makes of it, with the defaults of a server's settings. */
import {
  type AskedJob,
  bytesPerMb,
  type JobSpec,
  type jobRequestSchema,
  newJobId,
  type ProgramSource,
  specFromRequest,
} from '@gridmr/contracts';
import { checkProgram } from '@gridmr/sandbox';
import type { z } from 'zod';

const defaults = { clientId: 'local', maxAttempts: 4, taskTimeoutSeconds: 600, memoryBytes: 256 * bytesPerMb };

/** Where the output stands in the work directory of a local run, unless the request says otherwise. */
const outputDefault = 'output/local';

export interface LocallyAsked {
  readonly asked: AskedJob;
  /** The program as its author wrote it, types and all. */
  readonly written: ProgramSource;
}

/** Throws `RequestError` for a program that does not parse. */
export async function askLocally(request: z.output<typeof jobRequestSchema>): Promise<LocallyAsked> {
  const jobId = newJobId();
  const before = specFromRequest(request, true, { jobId, ...defaults });
  const { source, functions } = await checkProgram(before.program, request.language);
  const spec: JobSpec = {
    ...specFromRequest(request, functions.reduce, { jobId, ...defaults }),
    output_path: outputDefault,
    program: source,
  };
  const asked = { job_id: jobId, spec, submitted_at: new Date().toISOString(), trace_id: '' };
  return { asked, written: before.program };
}
