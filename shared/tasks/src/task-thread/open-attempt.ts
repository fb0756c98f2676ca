/**
 * What every attempt holds while it runs: a sandbox of its own, and an output nobody sees yet. Closing it
 * gives both back, and discards the output unless it was committed.
 *
 * Committing takes two steps: the output becomes a file under a name that no other attempt has, then the commit record names it, if no other attempt
 * was first. A small segment skips the first step and stands in the record itself, since making a file takes longer than what is in it.
 */
import {
  type AttemptLog,
  attemptFigures,
  type CommitRecord,
  dataPlaneLimits,
  jobFiles,
  jobLogPath,
  parseRunId,
  publicTaskId,
  sandboxLimits,
  speculationLimits,
} from '@gridmr/contracts';
import {
  type AttemptContext,
  type AttemptNotes,
  DiskAllowance,
  type AttemptResult as EngineResult,
  type Sandbox,
} from '@gridmr/engine';
import { functionsOf, keepGuestsOf, openQuickJsSandbox, openSkippingSandbox, type WasmModule } from '@gridmr/sandbox';
import { type BlobStore, type BlobWriter, JobStore } from '@gridmr/storage';
import type { AttemptOutcome, AttemptRequest } from '../attempt-request.js';
import { HeldLock } from '../held-lock.js';
import type { SkippedRecords } from './skipped-records.js';
import { scratch } from './thread-belongings.js';

export interface OpenAttempt extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly output: BlobWriter;
  readonly disk: DiskAllowance;
  context(
    phase: AttemptContext['phase'],
    partition: number | null,
    numReducers: number,
    input: AttemptContext['input'],
  ): AttemptContext;
  /** Runs user code. If it fails, what it had logged is kept. */
  noting(work: () => Promise<EngineResult>): Promise<EngineResult>;
  /** Makes this attempt the one that counts, unless another was first. Parts survive a power cut from then on. */
  commit(made: EngineResult): Promise<AttemptOutcome>;
}

/** @param skipped of an attempt that skips bad records; without, the first one fails it */
export async function openAttempt(
  store: BlobStore,
  module: WasmModule,
  request: AttemptRequest,
  skipped?: SkippedRecords,
): Promise<OpenAttempt> {
  const startedMs = performance.now();
  const held = new HeldResources();
  try {
    const { asked, memoryBytes, diskBytes, timeoutMs, outputPath } = request;
    const disk = new DiskAllowance(diskBytes);
    const output = await store.createWriter(outputPath, { late: true });
    held.add(() => output[Symbol.asyncDispose]());
    const source = asked.spec.program;
    const functions = await functionsOf(source);
    keepGuestsOf(asked.job_id);
    const options = { module, source, functions, memoryBytes, deadlineMs: timeoutMs };
    const sandbox = await (skipped === undefined
      ? openQuickJsSandbox(options)
      : openSkippingSandbox({ ...options, skipping: skippingOf(skipped, timeoutMs, disk) }));
    held.add(() => sandbox[Symbol.dispose]());
    return {
      sandbox,
      output,
      disk,
      context: (phase, partition, numReducers, input) => ({
        ...contextOf(request),
        phase,
        partition,
        numReducers,
        input,
      }),
      noting: work => noteFailure(store, request, sandbox, work),
      commit: made => commitAttempt(store, request, output, skipped, startedMs, made),
      [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
    };
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}

async function commitAttempt(
  store: BlobStore,
  request: AttemptRequest,
  output: BlobWriter,
  skipped: SkippedRecords | undefined,
  startedMs: number,
  { counters, logLines, droppedLines, ...written }: EngineResult,
): Promise<AttemptOutcome> {
  const isSegment = request.kind === 'map' && request.reducers > 0;
  const inline = isSegment ? inlined(output) : undefined;
  if (inline === undefined) await output.commit({ durable: !isSegment });
  const dead_letters = await skipped?.finish();
  await writeLog(store, request, { logLines, droppedLines });
  await new HeldLock(request.lock).untilSure();
  const endedAt = new Date().toISOString();
  const record: CommitRecord = {
    task_id: request.taskId,
    attempt: request.attempt,
    worker_id: request.workerId,
    started_at: request.startedAt,
    committed_at: endedAt,
    ...(request.speculative ? { speculative: true } : {}),
    file: request.outputPath.slice(request.outputPath.lastIndexOf('/') + 1),
    ...(inline === undefined ? {} : { inline }),
    ...(dead_letters === undefined ? {} : { dead_letters }),
    ...written,
    // The thread does nothing else meanwhile, so the time that passed is the time it took.
    counters: { ...counters, cpu_ms: Math.round(performance.now() - startedMs) },
  };
  const committed = !(await isTooLate(store, request, startedMs)) && (await new JobStore(store).commitAttempt(record));
  if (!committed && inline === undefined) await store.remove(request.outputPath);
  if (!committed) await skipped?.remove();
  const figures = attemptFigures(request.kind, record);
  return { committed, startedAt: request.startedAt, endedAt, figures, logLines };
}

function skippingOf({ add }: SkippedRecords, timeoutMs: number, disk: DiskAllowance) {
  return { skip: add, recordMs: timeoutMs / sandboxLimits.recordTimeShare, scratch, disk };
}

async function noteFailure(
  store: BlobStore,
  request: AttemptRequest,
  sandbox: Sandbox,
  work: () => Promise<EngineResult>,
): Promise<EngineResult> {
  try {
    return await work();
  } catch (error) {
    const notes = sandbox.notesOfFailure?.();
    // The failure is what counts; its log may be missing.
    if (notes !== undefined) await writeLog(store, request, notes).catch(() => undefined);
    throw error;
  }
}

/** Before the attempt is committed, and whether or not it is: which attempts' logs are shown the history decides. */
async function writeLog(
  store: BlobStore,
  { asked, kind, index, attempt, logLinesMax }: AttemptRequest,
  { logLines, droppedLines = 0 }: Pick<AttemptNotes, 'logLines' | 'droppedLines'>,
): Promise<void> {
  if (logLines.length === 0) return;
  const lines = logLines.slice(0, logLinesMax);
  const log: AttemptLog = { lines, dropped: droppedLines + logLines.length - lines.length };
  await store.write(jobLogPath(asked.job_id, kind, index, attempt), Buffer.from(JSON.stringify(log)));
}

/**
 * A job that has ended has no use for the attempt; once it is cleaned up there is no commit record either that would say so. That is looked for where it
 * can be: if the attempt has a rival.
 */
async function isTooLate(
  store: BlobStore,
  { asked, speculative }: AttemptRequest,
  startedMs: number,
): Promise<boolean> {
  const mayHaveRival = speculative || performance.now() - startedMs >= speculationLimits.ageMsMin;
  return mayHaveRival && (await store.stat(jobFiles.verdict(asked.job_id))) !== undefined;
}

/** The output in base64 if it is small. */
function inlined({ held }: BlobWriter): string | undefined {
  if (held === undefined || held.length > dataPlaneLimits.inlineSegmentBytesMax) return undefined;
  return Buffer.from(held.buffer, held.byteOffset, held.length).toString('base64');
}

function contextOf({ asked, taskId, attempt }: AttemptRequest) {
  const { job_id, spec, submitted_at } = asked;
  // What randomness is seeded by: the same in all runs of the job.
  const { jobId } = parseRunId(job_id);
  return { jobId, taskId: publicTaskId(taskId), attempt, parameters: spec.parameters, nowMs: Date.parse(submitted_at) };
}

/** Given back in reverse order. */
class HeldResources implements AsyncDisposable {
  readonly #release: (() => unknown)[] = [];

  add(release: () => unknown): void {
    this.#release.push(release);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let release = this.#release.pop(); release !== undefined; release = this.#release.pop()) await release();
  }
}
