/**
 * A job file: an ES module that exports the functions (`map`, and if needed `reduce`, `combine`, `partition`, `setup`, `teardown`), and perhaps
 * `export const job = {…}`, any fields of the job specification but the program; or JSON, a whole request to `POST /jobs`.
 *
 * The text of the module is what is sent as `program`, as it stands in the file: so lines and columns of errors are the file's. `job` is read in the jail
 * that programs run in; nothing of the file runs in this process.
 */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { requestLimits } from '@gridmr/contracts';
import { checkProgram, readExport } from '@gridmr/sandbox';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

export interface JobFile {
  /** As it was given. */
  readonly path: string;
  /** What the file says of the request, program and name included; not judged yet. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const fieldsSchema = z.record(z.string(), z.unknown());
const programFields = ['program', 'map_function', 'reduce_function', 'combine_function', 'partition_function'];

/** Throws `CliError`, and `RequestError` for a program that does not parse, `TaskError` for one whose `job` cannot be computed. */
export async function readJobFile(path: string): Promise<JobFile> {
  const text = await readText(path);
  if (Buffer.byteLength(text) > requestLimits.bodyBytesMax) {
    throw new CliError(exitCodes.usage, `${path} is too long: a program may have ${requestLimits.bodyBytesMax} bytes`);
  }
  const fields = extname(path) === '.json' ? readRequest(path, text) : await readModule(path, text);
  return { path, fields: { name: nameOf(path), ...fields } };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const message = missing ? `there is no job file ${path}` : `the job file ${path} cannot be read`;
    throw new CliError(missing ? exitCodes.notFound : exitCodes.usage, message, 'give the path of a job file', {
      cause,
    });
  }
}

function nameOf(path: string): string {
  return basename(path, extname(path)).slice(0, requestLimits.nameLengthMax);
}

function readRequest(path: string, text: string): Record<string, unknown> {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch (cause) {
    throw new CliError(exitCodes.usage, `${path} is not JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  return objectOf(request, path);
}

async function readModule(path: string, text: string): Promise<Record<string, unknown>> {
  const language = languageOf(path);
  const checked = await checkProgram({ form: 'module', program: text }, language);
  const plain = checked.source.form === 'module' ? checked.source.program : text;
  const job = objectOf((await readExport(plain, 'job')) ?? {}, `the exported job of ${path}`);
  const foreign = programFields.find(name => name in job);
  if (foreign !== undefined) {
    throw new CliError(exitCodes.usage, `job.${foreign} in ${path}: the file itself is the program; leave it out`);
  }
  return { ...job, program: text, language };
}

function languageOf(path: string): 'javascript' | 'typescript' {
  const extension = extname(path);
  if (extension === '.mjs' || extension === '.js') return 'javascript';
  if (extension === '.mts' || extension === '.ts') return 'typescript';
  throw new CliError(exitCodes.usage, `${path} is not a job file: it must end in .mjs, .js, .mts, .ts or .json`);
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  const object = fieldsSchema.safeParse(value);
  if (object.success) return object.data;
  throw new CliError(exitCodes.usage, `${what} is not an object of job fields, as { num_reducers: 4 }`);
}
