/** Map attempts that skip bad records, from program and blocks to pairs and dead letters. */
import { tmpdir } from 'node:os';
import type { SkippedRecord } from '@gridmr/contracts';
import type { AttemptNotes, PairBlock, RecordBlock } from '@gridmr/engine';
import { compileQuickJs, openSkippingSandbox } from '@gridmr/sandbox';
import { block, functionsOf, mapContext, type Pair, readPairs, sourceOf } from './attempt.js';

const mebibyte = 1024 * 1024;

export interface SkippingRequest {
  readonly text?: string | readonly RecordBlock[];
  readonly memoryBytes?: number;
  readonly deadlineMs?: number;
  readonly recordPolls?: number;
  readonly skippedMax?: number;
  readonly numReducers?: number;
  readonly onSkip?: () => void;
}

export interface SkippingOutcome {
  readonly pairs: Pair[];
  readonly skipped: SkippedRecord[];
  readonly notes: AttemptNotes;
}

export async function skippingAttempt(
  program: Parameters<typeof sourceOf>[0],
  request: SkippingRequest = {},
): Promise<SkippingOutcome> {
  const source = sourceOf(program);
  const { memoryBytes = 64 * mebibyte, deadlineMs = 60_000, recordPolls, skippedMax = 1000 } = request;
  const skipped: SkippedRecord[] = [];
  const skip = (record: SkippedRecord) => {
    skipped.push(record);
    request.onSkip?.();
    if (skipped.length > skippedMax) throw new Error('too many');
  };
  using sandbox = await openSkippingSandbox({
    module: (await compileQuickJs()).module,
    source,
    functions: functionsOf(source),
    memoryBytes,
    deadlineMs,
    skipping: { skip, recordMs: 10_000, scratch: tmpdir(), ...(recordPolls === undefined ? {} : { recordPolls }) },
  });
  const pairs: Pair[] = [];
  const sink = (given: PairBlock) => {
    for (const pair of readPairs(given)) pairs.push(pair);
  };
  const { text = 'a\n', numReducers = 2 } = request;
  sandbox.begin({ ...mapContext, numReducers }, sink);
  for (const records of typeof text === 'string' ? [block(text)] : text) await sandbox.mapBlock(records);
  return { pairs, skipped, notes: sandbox.end() };
}

/** Keys, values, and the text of what was skipped with why. */
export async function skippingOutput(...args: Parameters<typeof skippingAttempt>) {
  const { pairs, skipped, notes } = await skippingAttempt(...args);
  return {
    pairs: pairs.map(({ key, value }) => [key, value]),
    skipped: skipped.map(({ offset, record }) => [offset, record]),
    errors: skipped.map(({ error }) => error),
    notes,
  };
}
