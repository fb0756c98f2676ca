/** One local run from a request to its results: delivered to a directory, or printed. */
import { join } from 'node:path';
import { type AskedJob, outputNames } from '@gridmr/contracts';
import { openFsStore } from '@gridmr/storage';
import type { CommandLine } from '../command-line.js';
import { noProgress, openProgress } from '../output/progress.js';
import { printable } from '../output/text-table.js';
import { printParts } from './print-parts.js';
import { type LocalResult, runJob } from './run-job.js';
import { WorkDirectory } from './work-directory.js';

export interface RunOnce {
  readonly asked: AskedJob;
  readonly inputDirectory: string;
  /** Absolute; undefined: the results are printed. */
  readonly output: string | undefined;
  readonly threads: number;
  readonly sample: number | undefined;
  readonly quiet: boolean;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

export type TimedResult = LocalResult & { readonly ms: number };

/** Throws what `runJob` throws; then nothing of the run is left, and the output is what it was. */
export async function runOnce(cli: CommandLine, run: RunOnce): Promise<TimedResult> {
  const { asked, output, quiet, signal } = run;
  const startedMs = performance.now();
  await using work = await WorkDirectory.create(output);
  const progress = quiet ? noProgress : openProgress(cli.err);
  let result: LocalResult;
  try {
    result = await runJob({
      asked,
      inputDirectory: run.inputDirectory,
      workDirectory: work.path,
      threads: run.threads,
      sample: run.sample,
      signal,
      onStatus: status => progress.show(status),
      onLog: (taskId, line) => cli.note(`log ${taskId.replace(/^[^-]*-/, '')}: ${printable(line)}`),
    });
  } finally {
    progress.end();
  }
  const made = asked.spec.output_path;
  if (output === undefined) await printParts(cli, join(work.path, made));
  else {
    await (await openFsStore(work.path)).write(`${made}/${outputNames.success}`, new Uint8Array());
    signal.throwIfAborted();
    await work.deliver(made, output);
  }
  return { ...result, ms: performance.now() - startedMs };
}
