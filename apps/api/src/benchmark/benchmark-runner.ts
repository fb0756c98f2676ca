/**
 * Runs benchmarks in the background, one after the other. Each step can be repeated by another process: the data is there or not, each run is a job that an
 * idempotency key makes one of, and what is measured comes from the job's own record. So a benchmark goes on after its API process has ended, in whichever finds that
 * it was left.
 */
import {
  type Benchmark,
  benchmarkLimits,
  benchmarkRunSchema,
  bytesOfSize,
  type Job,
  jobRequestSchema,
  randomToken,
} from '@gridmr/contracts';
import type { StoredBenchmark } from '@gridmr/history';
import { cancelJob } from '../cancel-job.js';
import { canonicalDigest } from '../canonical-digest.js';
import { newTrace } from '../correlate.js';
import { deleteJob } from '../delete-job.js';
import type { ApiDependencies } from '../dependencies.js';
import { RepeatedPasses } from '../repeated-passes.js';
import { submitJob } from '../submit-job.js';
import { benchmarkDirectory, benchmarkInput, benchmarkJob } from './benchmark-job.js';
import { makeData } from './make-data.js';

const holderLength = 12;
const bytesPerMb = 1e6;
const secondMs = 1000;

/** A benchmark cannot go on. Its message is the benchmark's error. */
class BenchmarkFailedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BenchmarkFailedError';
  }
}

export class BenchmarkRunner implements AsyncDisposable {
  readonly #dependencies: ApiDependencies;
  readonly #dataDirectory: string;
  readonly #holder = randomToken(holderLength);
  readonly #passes: RepeatedPasses;
  #isFailing = false;

  /** Starts at once; whoever made it disposes it. */
  constructor(dependencies: ApiDependencies, dataDirectory: string) {
    this.#dependencies = dependencies;
    this.#dataDirectory = dataDirectory;
    this.#passes = new RepeatedPasses(async signal =>
      (await this.#pass(signal)) ? benchmarkLimits.lookMs : benchmarkLimits.idleLookMs,
    );
  }

  /** A benchmark is there to be run. */
  request(): void {
    this.#passes.request();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#passes[Symbol.asyncDispose]();
    await this.#dependencies.history.benchmarks.release(this.#holder).catch(() => undefined);
  }

  /** One step of the oldest benchmark. Returns whether there is more to do soon. */
  async #pass(signal: AbortSignal): Promise<boolean> {
    const { benchmarks } = this.#dependencies.history;
    try {
      const next = await benchmarks.next();
      if (next === undefined || !(await this.#hold(next.benchmark.benchmark_id))) return false;
      const isTakenOver = next.holder !== null && next.holder !== this.#holder;
      await this.#step(isTakenOver ? interrupted(next) : next, signal);
      this.#isFailing = false;
      return true;
    } catch (error) {
      if (!this.#isFailing && !signal.aborted) {
        this.#dependencies.logger.warn('a benchmark cannot go on now; it will be tried again', { error });
      }
      this.#isFailing = true;
      return true;
    }
  }

  async #hold(id: string): Promise<boolean> {
    const nowMs = Date.now();
    const leftBefore = new Date(nowMs - benchmarkLimits.leftAfterMs).toISOString();
    return this.#dependencies.history.benchmarks.hold(id, this.#holder, new Date(nowMs).toISOString(), leftBefore);
  }

  async #step(stored: StoredBenchmark, signal: AbortSignal): Promise<void> {
    const { benchmarks } = this.#dependencies.history;
    try {
      const after = await this.#advance(stored, signal);
      if (after.runs.length < after.iterations) await benchmarks.save(this.#holder, after);
      else await this.#end(after, 'completed', null);
    } catch (error) {
      if (!(error instanceof BenchmarkFailedError)) throw error;
      await this.#end(stored.benchmark, 'failed', error.message);
    }
  }

  /** The data, or one look at the run at hand. */
  async #advance({ benchmark, clientId }: StoredBenchmark, signal: AbortSignal): Promise<Benchmark> {
    if (benchmark.data_bytes === 0) return { ...benchmark, data_bytes: await this.#makeData(benchmark, signal) };
    const jobId = await this.#jobOf(benchmark, clientId);
    const job = await this.#dependencies.history.findJob(jobId);
    if (job === undefined) throw new BenchmarkFailedError(`The job ${jobId} of a run is gone`);
    if (job.finished_at === null) return await this.#untilTooLate(benchmark, job);
    if (job.status !== 'completed') {
      throw new BenchmarkFailedError(
        `The job ${jobId} of a run has ${job.status}: ${job.error?.message ?? 'no reason'}`,
      );
    }
    const after = { ...benchmark, runs: [...benchmark.runs, runOf(benchmark, job)] };
    await this.#dependencies.history.benchmarks.save(this.#holder, after);
    await deleteJob(this.#dependencies, jobId);
    return after;
  }

  async #makeData({ benchmark_id: id, data_size }: Benchmark, signal: AbortSignal): Promise<number> {
    const request = { path: benchmarkInput(id), bytes: bytesOfSize(data_size) ?? 0 };
    const held = setInterval(() => void this.#hold(id).catch(() => undefined), benchmarkLimits.idleLookMs);
    try {
      return await makeData(this.#dependencies.store, this.#dataDirectory, request, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      throw new BenchmarkFailedError('The input could not be written; is the disk full?', { cause: error });
    } finally {
      clearInterval(held);
    }
  }

  /** The job of the run at hand: submitted now, or before. */
  async #jobOf(benchmark: Benchmark, clientId: string): Promise<string> {
    const { history, queue } = this.#dependencies;
    const key = `${benchmark.benchmark_id}-${benchmark.runs.length + 1}`;
    const known = await history.findSubmission(clientId, key);
    if (known !== undefined) return known.jobId;
    const workers = await queue.workers();
    const slots = workers.reduce((sum, worker) => sum + (worker.state === 'lost' ? 0 : worker.slots), 0);
    const request = jobRequestSchema.parse(benchmarkJob(benchmark, slots));
    const caller = { clientId, role: 'admin', keyId: null } as const;
    const idempotency = { key, digest: canonicalDigest(request) };
    return (await submitJob(this.#dependencies, { request, caller, idempotency, trace: newTrace() })).job_id;
  }

  async #untilTooLate(benchmark: Benchmark, job: Job): Promise<Benchmark> {
    if (Date.now() - Date.parse(job.created_at) < benchmarkLimits.runMsMax) return benchmark;
    await cancelJob(this.#dependencies, job.job_id);
    throw new BenchmarkFailedError(`A run did not end within ${benchmarkLimits.runMsMax / secondMs} s`);
  }

  /** What was made for it goes first: if that fails, it is tried again. */
  async #end(benchmark: Benchmark, status: 'completed' | 'failed', error: string | null): Promise<void> {
    await this.#dependencies.store.remove(benchmarkDirectory(benchmark.benchmark_id));
    const ended = { ...benchmark, status, error, finished_at: new Date().toISOString() };
    await this.#dependencies.history.benchmarks.save(this.#holder, ended);
  }
}

function interrupted({ benchmark, ...stored }: StoredBenchmark): StoredBenchmark {
  return { ...stored, benchmark: { ...benchmark, interruptions: benchmark.interruptions + 1 } };
}

function runOf({ runs, data_bytes }: Benchmark, job: Job) {
  const seconds = (Date.parse(job.finished_at ?? job.created_at) - Date.parse(job.created_at)) / secondMs;
  return benchmarkRunSchema.parse({
    iteration: runs.length + 1,
    job_id: job.job_id,
    seconds,
    mb_per_second: seconds === 0 ? 0 : data_bytes / bytesPerMb / seconds,
    counters: job.counters,
  });
}
