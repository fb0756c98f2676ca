/**
 * What a program must be for its job to give what it promises, tried on the sample by running the same records again in other ways:
 *
 * ```
 * again      another job id, clock and attempt        other pairs, or other results of the same pairs: not deterministic
 * regrouped  three map tasks, combined after each     other results than all values reduced at once without the combiner:
 *            block and once more at the end           not associative, or (other pairs) it depends on where the input is cut
 * ```
 * Each check costs one run of the sample, or two. What the time does not suffice for is left out, and said.
 */
import { type PreviewWarning, previewLimits, TaskError } from '@gridmr/contracts';
import type { RecordBlock } from '@gridmr/engine';
import { type Difference, firstDifference } from './first-difference.js';
import { type RunTools, SampleRun, type Variation } from './sample-run.js';

/** @param first the run whose results the user sees, which went well */
export async function checkProgram(
  tools: RunTools,
  first: SampleRun,
  blocks: readonly RecordBlock[],
): Promise<PreviewWarning[]> {
  try {
    return await check(tools, first, blocks);
  } catch (error) {
    // Only time or memory can end a run here that went well before.
    if (error instanceof TaskError) return [leftOut(error.message)];
    throw error;
  }
}

async function check(tools: RunTools, first: SampleRun, blocks: readonly RecordBlock[]): Promise<PreviewWarning[]> {
  const again = await runOf(tools, { chance: 1, combines: false }, [blocks]);
  const otherPairs = firstDifference(first.pairs, again.pairs);
  if (otherPairs !== undefined) return [notDeterministic('map', otherPairs)];
  if (tools.reducers === 0) return [];
  const { combine } = tools.program.functions;
  const plain = combine ? await runOf(tools, { chance: 0, combines: false }, [blocks]) : first;
  const otherResults = firstDifference(plain.results, again.results);
  if (otherResults !== undefined) return [notDeterministic('reduce', otherResults)];
  return combine ? checkRegrouped(tools, plain, blocks) : checkCut(tools, plain, blocks);
}

async function checkRegrouped(
  tools: RunTools,
  plain: SampleRun,
  blocks: readonly RecordBlock[],
): Promise<PreviewWarning[]> {
  const cut = new SampleRun(tools, { chance: 0, combines: true, combinesOften: true });
  try {
    await runAll(cut, tasksOf(blocks));
  } catch (error) {
    if (!(error instanceof TaskError) || error.error.code !== 'user_code_error') throw error;
    return [notAssociative(`It fails on what it has emitted itself: ${error.message}`, {})];
  }
  const different = firstDifference(plain.results, cut.results);
  if (different === undefined) return [];
  return firstDifference(plain.pairs, cut.pairs) === undefined
    ? [notAssociative('Values combined in other groups give another result', different)]
    : [dependsOnSplits(different)];
}

async function checkCut(tools: RunTools, plain: SampleRun, blocks: readonly RecordBlock[]): Promise<PreviewWarning[]> {
  const cut = await runOf(tools, { chance: 0, combines: false }, tasksOf(blocks));
  const different = firstDifference(plain.results, cut.results);
  return different === undefined ? [] : [dependsOnSplits(different)];
}

async function runOf(
  tools: RunTools,
  variation: Variation,
  tasks: readonly (readonly RecordBlock[])[],
): Promise<SampleRun> {
  const run = new SampleRun(tools, variation);
  await runAll(run, tasks);
  return run;
}

async function runAll(run: SampleRun, tasks: readonly (readonly RecordBlock[])[]): Promise<void> {
  for (const blocks of tasks) await run.map(blocks);
  await run.reduce();
}

/** The last blocks are the greatest: each of them is a task of its own, and all before them are one. */
function tasksOf(blocks: readonly RecordBlock[]): readonly (readonly RecordBlock[])[] {
  const alone = Math.min(blocks.length - 1, previewLimits.regroupedTasks - 1);
  const first = blocks.slice(0, blocks.length - alone);
  return [first, ...blocks.slice(blocks.length - alone).map(block => [block])];
}

function notDeterministic(name: 'map' | 'reduce', difference: Difference): PreviewWarning {
  const message =
    `Run again on the same ${name === 'map' ? 'records' : 'values'}, ${name} gives something else. It depends on Math.random, the clock, the attempt, or the job's id: ` +
    'one job gives the same result each time its tasks are repeated, but the next job gives another';
  return { code: 'not_deterministic', message, function: name, ...difference };
}

function notAssociative(what: string, difference: Difference): PreviewWarning {
  const message =
    `${what}. GridMR combines values in groups of its own choice, any number of times: ` +
    'combine must emit what reduce, and combine itself, can be given instead of the values (a sum and a count, not a mean)';
  return { code: 'combiner_not_associative', message, function: 'combine', ...difference };
}

function dependsOnSplits(difference: Difference): PreviewWarning {
  const message =
    'The result depends on where the input is cut into map tasks. A task sees its own records only, so what map keeps in variables from one record ' +
    'to the next must not change what comes out of the job';
  return { code: 'depends_on_splits', message, function: 'map', ...difference };
}

function leftOut(why: string): PreviewWarning {
  return {
    code: 'checks_left_out',
    message: `Whether the program is deterministic was not checked to the end: ${why}`,
  };
}
