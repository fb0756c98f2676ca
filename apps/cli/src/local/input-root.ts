/**
 * Where the program of a local run sees its inputs, and under which names. In a submitted job they are named relative to the data directory, so they are
 * here too wherever that holds all of them; else relative to the deepest directory that does.
 */
import { realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { normaliseDataPath } from '@gridmr/contracts';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

export interface InputRoot {
  /** Absolute. */
  readonly directory: string;
  /** Relative to it, with `/`. */
  readonly inputs: readonly string[];
}

/** @param paths as typed: relative to the current directory; `/data/…` means the data directory, unless there is such a path */
export async function rootOfTyped(paths: readonly string[], dataDirectory: string): Promise<InputRoot> {
  const places = await Promise.all(paths.map(path => place(path, dataDirectory)));
  const data = await realpath(dataDirectory).catch(() => undefined);
  const existing = places.map(each => each.existing);
  const holdsAll = data !== undefined && existing.every(path => isWithin(data, path));
  const directory = holdsAll ? data : commonDirectory(existing);
  return {
    directory,
    inputs: places.map(each => slashed(join(relative(directory, each.existing), each.rest))),
  };
}

/** Inputs that a job file names: paths of the data directory, as the API reads them. Throws `CliError` if that is not there. */
export async function rootOfNamed(paths: readonly string[], dataDirectory: string): Promise<InputRoot> {
  await realpath(dataDirectory).catch(cause => {
    const message = `the job file names inputs of the data directory, and there is no ${dataDirectory}`;
    const next = 'name the directory by --data-dir, or the inputs by --input';
    throw new CliError(exitCodes.notFound, message, next, { cause });
  });
  return { directory: resolve(dataDirectory), inputs: paths.map(path => normaliseDataPath(path) || '.') };
}

function slashed(path: string): string {
  return path.split(sep).join('/') || '.';
}

interface Place {
  /** The real path of the longest part that exists. */
  readonly existing: string;
  /** What follows it: the rest of a glob. */
  readonly rest: string;
}

async function place(path: string, dataDirectory: string): Promise<Place> {
  const typed = await splitExisting(resolve(path));
  const named = normaliseDataPath(path);
  const isData = /^\/data(\/|$)/.test(path) && (typed.rest !== '' || named === '');
  const found = isData ? await splitExisting(resolve(dataDirectory, named)) : typed;
  if (found.rest === '' || /[*?[{(!]/.test(found.rest)) return found;
  throw new CliError(exitCodes.notFound, `there is no input ${path}`, 'give a file, a directory or a glob in quotes');
}

async function splitExisting(path: string): Promise<Place> {
  for (let existing = path; ; existing = dirname(existing)) {
    const found = await realpath(existing).catch(() => undefined);
    if (found !== undefined) return { existing: found, rest: relative(existing, path) };
  }
}

function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/** The deepest directory above all of them: a path is never its own root, since it may be a file. */
function commonDirectory(paths: readonly string[]): string {
  let directory = dirname(paths[0] ?? sep);
  while (!paths.every(path => isWithin(directory, path))) directory = dirname(directory);
  return directory;
}
