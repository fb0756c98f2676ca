/** Whole jobs on the engine alone: every map attempt, then every reduce attempt, outputs in memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addCounters, type Counters, dataPlaneLimits, zeroCounters } from '@gridmr/contracts';
import type { BlobReader } from '@gridmr/storage';
import { expect } from 'chai';
import type { AttemptLimits } from '../dist/attempt-limits.js';
import type { AttemptResult } from '../dist/attempt-result.js';
import { crc32c } from '../dist/crc32c.js';
import type { KnownFunctions } from '../dist/known-function.js';
import { countLines } from '../dist/lines.js';
import { runMapAttempt } from '../dist/map-attempt.js';
import type { AttemptContext, RecordBlock } from '../dist/program.js';
import { runReduceAttempt } from '../dist/reduce-attempt.js';
import { MemoryReader } from './memory-reader.js';
import { type Program, V8Sandbox } from './v8-sandbox.js';

export class MemorySink {
  readonly pieces: Uint8Array[] = [];

  writeSync(bytes: Uint8Array): void {
    this.pieces.push(bytes.slice());
  }

  get content(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

export interface Job {
  readonly program: Program;
  /** Per map task, its blocks, each of some lines. */
  readonly tasks: readonly (readonly string[][])[];
  readonly reducers: number;
  readonly limits: Partial<AttemptLimits>;
  readonly pairsPerHandOver?: number;
  readonly known?: KnownFunctions;
}

export interface JobOutput {
  readonly segments: Buffer[];
  readonly parts: string[];
  readonly counters: Counters;
}

export function contextOf(phase: 'map' | 'reduce', numReducers: number): AttemptContext {
  return {
    jobId: 'j0000000000000000000000',
    taskId: 'j0000000000000000000000-m-00000',
    attempt: 1,
    phase,
    partition: null,
    numReducers,
    parameters: {},
    nowMs: 0,
    input: null,
  };
}

export function* blocksOf(blocks: readonly string[][]): Generator<RecordBlock> {
  for (const lines of blocks) {
    const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''));
    yield { path: 'in.txt', format: 'text', bytes, offset: 0, records: countLines(bytes) };
  }
}

/** Runs every attempt of a job. `directory` holds scratch files while they are needed. */
export async function runJob(job: Job, directory: string): Promise<JobOutput> {
  const counters = zeroCounters();
  const outputs: Buffer[] = [];
  for (const blocks of job.tasks) outputs.push(await inScratch(directory, s => mapAttempt(job, blocks, s, counters)));
  if (job.reducers === 0) return { segments: [], parts: outputs.map(String), counters };
  const parts: string[] = [];
  for (let p = 0; p < job.reducers; p++) {
    parts.push(String(await inScratch(directory, s => reduceAttempt(job, outputs, p, s, counters))));
  }
  return { segments: outputs, parts, counters };
}

async function mapAttempt(job: Job, blocks: readonly string[][], scratch: string, counters: Counters): Promise<Buffer> {
  const output = new MemorySink();
  const result = await runMapAttempt({
    blocks: blocksOf(blocks),
    sandbox: new V8Sandbox(job.program, job.pairsPerHandOver, job.known),
    context: contextOf('map', job.reducers),
    output,
    reducers: job.reducers,
    outputFormat: 'jsonl',
    scratch,
    limits: job.limits,
  });
  addCounters(counters, result.counters);
  if (job.reducers === 0) return checked(output, result);
  const { content } = output;
  expect(result.bytes).to.equal(content.length);
  return content;
}

async function reduceAttempt(
  job: Job,
  segments: Buffer[],
  partition: number,
  scratch: string,
  counters: Counters,
): Promise<Buffer> {
  const output = new MemorySink();
  const open = { now: 0, most: 0 };
  const sandbox = new V8Sandbox(job.program, job.pairsPerHandOver, job.known);
  const result = await runReduceAttempt({
    sources: { bytes: segments.map(({ length }) => length), open: async i => new CountedReader(segments[i]!, open) },
    partition,
    sandbox,
    context: contextOf('reduce', job.reducers),
    output,
    outputFormat: 'jsonl',
    scratch,
    limits: job.limits,
  });
  expect(open.now, 'segments left open').to.equal(0);
  expect(open.most, 'segments open at once').to.be.at.most(job.limits.mergeFanInMax ?? dataPlaneLimits.mergeFanInMax);
  addCounters(counters, result.counters);
  return checked(output, result);
}

function checked(output: MemorySink, result: AttemptResult): Buffer {
  const { content } = output;
  expect(result.bytes).to.equal(content.length);
  expect(result.crc32c).to.equal(crc32c(content));
  return content;
}

/** Knows how many of its kind are open. */
export class CountedReader extends MemoryReader implements BlobReader {
  readonly #open: { now: number; most: number };

  constructor(content: Uint8Array, open: { now: number; most: number }) {
    super(content);
    this.#open = open;
    open.now++;
    open.most = Math.max(open.most, open.now);
  }

  override [Symbol.dispose](): void {
    this.#open.now--;
  }
}

async function inScratch<T>(directory: string, work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(directory, 'scratch-'));
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** What `promise` fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}
