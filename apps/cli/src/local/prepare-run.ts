/** From the command line and a job file to what a local run needs. Everything that can be wrong is found here, before anything is made. */
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { type JobRequest, normaliseDataPath } from '@gridmr/contracts';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { fieldsOf, type JobOptions } from '../job-file/job-options.js';
import { judgeRequest } from '../job-file/judge-request.js';
import { overrideFields } from '../job-file/override-fields.js';
import { readJobFile } from '../job-file/read-job-file.js';
import { askLocally, type LocallyAsked } from './asked-job.js';
import { type InputRoot, rootOfNamed, rootOfTyped } from './input-root.js';
import type { RunOnce } from './run-once.js';
import { checkOutput } from './work-directory.js';

export interface LocalOptions extends JobOptions {
  readonly dataDir?: string;
  readonly overwrite?: boolean;
  readonly sample?: number;
  readonly workers?: number;
}

export type PreparedRun = Omit<RunOnce, 'quiet' | 'signal'> & LocallyAsked;

export async function prepareRun(jobPath: string, options: LocalOptions): Promise<PreparedRun> {
  const file = await readJobFile(jobPath);
  return prepareRequest(file.fields, file.path, options);
}

/** @param what the job file's name, for messages */
export async function prepareRequest(
  fields: Readonly<Record<string, unknown>> | JobRequest,
  what: string,
  options: LocalOptions,
): Promise<PreparedRun> {
  const asFields = fields as Readonly<Record<string, unknown>>;
  const dataDirectory = directoryOf(options.dataDir ?? (process.env.GRIDMR_DATA_DIR || 'data'));
  const root = await findRoot(asFields, options, dataDirectory);
  const output = outputOf(asFields, options, dataDirectory);
  const given = { ...fieldsOf(options, asFields.parameters), ...(root === undefined ? {} : { inputs: root.inputs }) };
  const { output_path: _, ...rest } = overrideFields(asFields, { ...given, output_path: undefined });
  const { full } = judgeRequest(rest, what);
  return {
    ...(await askLocally(full)),
    inputDirectory: root?.directory ?? dataDirectory,
    output: output === undefined ? undefined : await checkOutput(output, options.overwrite === true),
    threads: options.workers ?? availableParallelism(),
    sample: options.sample,
  };
}

/** A run without a server needs a directory of this machine. */
function directoryOf(place: string): string {
  if (!place.startsWith('s3://')) return resolve(place);
  const next = 'name a directory by --data-dir, or have a server run the job: gridmr submit';
  throw new CliError(
    exitCodes.usage,
    `gridmr run works on files of this machine, and the data directory is ${place}`,
    next,
  );
}

async function findRoot(
  fields: Readonly<Record<string, unknown>>,
  { input }: JobOptions,
  dataDirectory: string,
): Promise<InputRoot | undefined> {
  if (input !== undefined) return rootOfTyped(input, dataDirectory);
  const named = [fields.inputs ?? fields.input_file ?? fields.input_data_path].flat();
  const paths = named.filter(path => typeof path === 'string');
  if (paths.length === 0) return undefined;
  return rootOfNamed(paths, dataDirectory);
}

/** An option is a path as typed; a job file names one inside the data directory. */
function outputOf(
  fields: Readonly<Record<string, unknown>>,
  { output }: JobOptions,
  dataDirectory: string,
): string | undefined {
  if (output !== undefined) return output;
  const named = fields.output_path ?? fields.output_data_path;
  if (named === undefined) return undefined;
  if (typeof named !== 'string' || (isAbsolute(named) && !named.startsWith('/data/'))) {
    throw new CliError(exitCodes.usage, 'output_path must be a path inside the data directory, as output/words');
  }
  return join(dataDirectory, normaliseDataPath(named));
}
