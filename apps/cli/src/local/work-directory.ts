/**
 * Where a local run keeps what nobody may see yet: intermediates and unfinished output. It stands beside the output, hidden, so that the finished
 * output gets its place by one rename, whole or not at all; without an output, among the temporary files.
 */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { outputNames, partNamePattern } from '@gridmr/contracts';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

export class WorkDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param output absolute path of the output directory, if there is to be one */
  static async create(output: string | undefined): Promise<WorkDirectory> {
    if (output === undefined) return new WorkDirectory(await mkdtemp(join(tmpdir(), 'gridmr-run-')));
    await mkdir(dirname(output), { recursive: true });
    return new WorkDirectory(await mkdtemp(join(dirname(output), `.${basename(output)}.gridmr-`)));
  }

  /** Gives what stands in it under `from` its final place. What is there may be an empty directory, or output that is replaced. */
  async deliver(from: string, output: string): Promise<void> {
    const replaced = join(this.path, 'replaced');
    await rename(output, replaced).catch(unlessMissing);
    await rename(join(this.path, from), output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Throws `CliError` if something is there that may not be replaced. */
export async function checkOutput(path: string, mayOverwrite: boolean): Promise<string> {
  const output = resolve(path);
  const names = await readdir(output).catch(error => {
    unlessMissing(error);
    return [];
  });
  if (names.length === 0) return output;
  const isOutput = names.every(
    name => partNamePattern.test(name) || name === outputNames.manifest || name === outputNames.success,
  );
  if (mayOverwrite && isOutput) return output;
  const message = `the output directory ${path} is not empty`;
  const next = isOutput ? 'replace it by --overwrite, or choose another --output' : 'choose another --output';
  throw new CliError(exitCodes.conflict, message, next);
}

function unlessMissing(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return;
  if (code === 'ENOTDIR')
    throw new CliError(exitCodes.conflict, 'the output path is a file', 'choose another --output');
  throw error;
}
