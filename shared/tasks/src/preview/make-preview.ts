/**
 * One preview, in its thread: the program is checked, the sample taken, the functions are run on it, and then what the answer warns of is tried.
 *
 * Whatever fails in the user's functions is part of the answer. What refuses the request (a program that does not parse, an input that is missing) is thrown
 * as `RequestError`.
 */
import {
  type JobError,
  type JobSpec,
  type Preview,
  type PreviewWarning,
  previewLimits,
  RequestError,
  type SkippedRecord,
  TaskError,
} from '@gridmr/contracts';
import type { RecordBlock } from '@gridmr/engine';
import { keepGuestsOf, checkProgram as parseProgram, type WasmModule } from '@gridmr/sandbox';
import { type BlobStat, type BlobStore, firstInputs, StorageError } from '@gridmr/storage';
import { HeldBytes } from '../held-bytes.js';
import { checkProgram } from './check-program.js';
import { estimateShuffle } from './estimate-shuffle.js';
import type { PreviewJob } from './preview-job.js';
import { RunClock } from './run-clock.js';
import { type RunTools, SampleRun } from './sample-run.js';
import { type Sample, takeSample } from './take-sample.js';

export interface PreviewTools {
  readonly store: BlobStore;
  readonly engine: WasmModule;
  readonly scratch: string;
}

interface Input {
  readonly files: readonly BlobStat[];
  readonly complete: boolean;
}

const samplePath = 'sample';

/** @param onResults is given the answer as it would be without the checks, which come last */
export async function makePreview(
  { store, engine, scratch }: PreviewTools,
  { spec, sample: text }: PreviewJob,
  onResults: (preview: Preview) => void,
): Promise<Preview> {
  const clock = new RunClock();
  const program = await parseProgram(spec.program, spec.language);
  const input = text === undefined ? await findInput(store, spec) : undefined;
  const sample = await sampleOf(store, spec, input, text);
  const { memory_limit: memoryBytes } = spec;
  const reducers = program.functions.reduce ? spec.num_reducers : 0;
  const tools: RunTools = { engine, program, spec, reducers, memoryBytes, scratch, clock };
  const drawn = new DrawnPreview(tools, sample, input);
  keepGuestsOf(drawn.id);
  await drawn.run();
  onResults(drawn.preview([checksMissing]));
  return drawn.preview(await drawn.check());
}

const checksMissing: PreviewWarning = {
  code: 'checks_left_out',
  message: 'There was no time left to check whether the program is deterministic',
};

/** A preview on its way. */
class DrawnPreview {
  readonly id = crypto.randomUUID();
  readonly #tools: RunTools;
  readonly #sample: Sample;
  readonly #input: Input | undefined;
  readonly #run: SampleRun;
  readonly #errors: JobError[] = [];
  readonly #warnings: PreviewWarning[] = [];
  #errorCount = 0;
  #hasFailed = false;
  #blocks: readonly RecordBlock[] = [];

  constructor(tools: RunTools, sample: Sample, input: Input | undefined) {
    this.#tools = tools;
    this.#sample = sample;
    this.#input = input;
    this.#run = new SampleRun(tools, { chance: 0, combines: true });
    if (sample.failure !== undefined) this.#addError(errorOf(sample.failure));
  }

  async run(): Promise<void> {
    const run = this.#run;
    await this.#watched(() => run.map(this.#blocksInTime(), this.#addSkipped));
    this.#blocks = this.#sample.blocks.slice(0, run.mapped);
    if (this.#tools.reducers === 0) run.results.addAll(run.pairs);
    else if (!this.#hasFailed) await this.#watched(() => this.#reduce());
  }

  /** The warnings that running the sample in other ways gives. */
  async check(): Promise<PreviewWarning[]> {
    if (this.#hasFailed || this.#blocks.length === 0) return [];
    return checkProgram(this.#tools, this.#run, this.#blocks);
  }

  preview(warnings: readonly PreviewWarning[]): Preview {
    const { pairs, groups, results, counters, logs } = this.#run;
    const { reducers, spec, clock } = this.#tools;
    const files = this.#input?.files;
    const isWhole = this.#sample.complete && this.#blocks.length === this.#sample.blocks.length;
    return {
      sample: { ...sizesOf(this.#blocks), complete: isWhole && (this.#input?.complete ?? true) },
      input: this.#input === undefined ? null : sizeOf(this.#input),
      pairs: pairs.listed(previewLimits.pairsListedMax),
      groups: { total: groups.total, items: groups.items },
      results: results.listed(previewLimits.resultsListedMax),
      counters: { ...counters, cpu_ms: Math.round(clock.spentMs) },
      logs,
      errors: { total: this.#errorCount, items: this.#errors },
      warnings: [...this.#warnings, ...warnings],
      estimate: files === undefined ? null : estimateShuffle(this.#run, { files, spec, reducers }),
      seconds: clock.spentMs / 1000,
    };
  }

  /** Until the time or the room for pairs is used up. */
  *#blocksInTime(): Generator<RecordBlock> {
    const mapMs = previewLimits.runMs * previewLimits.mapShare;
    const startMs = this.#tools.clock.spentMs;
    for (const block of this.#sample.blocks) {
      const isSlow = this.#tools.clock.spentMs - startMs > mapMs;
      if (isSlow || this.#run.pairs.bytes > previewLimits.pairBytesMax) {
        const why = isSlow ? 'map takes so long' : 'map emits so much';
        const message = `${why} that the sample ends after ${this.#run.counters.map_input_records} records`;
        this.#warnings.push({ code: 'sample_cut', message });
        return;
      }
      yield block;
    }
  }

  async #reduce(): Promise<void> {
    if (await this.#run.reduce()) return;
    const message = `Only the first ${previewLimits.partitionsMax} partitions that have records were reduced`;
    this.#warnings.push({ code: 'partitions_left_out', message });
  }

  async #watched(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      this.#hasFailed = true;
      this.#addError(error.error);
    }
  }

  readonly #addSkipped = ({ path, offset, record, error }: SkippedRecord): void => {
    this.#addError({ ...error, input_path: path, offset, record });
  };

  #addError(error: JobError): void {
    this.#errorCount++;
    if (this.#errors.length < previewLimits.errorsListedMax) this.#errors.push(error);
  }
}

async function findInput(store: BlobStore, { inputs }: JobSpec): Promise<Input> {
  try {
    return await firstInputs(store, inputs, previewLimits.filesCountedMax);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code === 'io_error') throw error;
    const code = error.code === 'outside' ? 'path_not_allowed' : 'input_not_found';
    throw new RequestError(code, error.message, {}, { cause: error });
  }
}

async function sampleOf(
  store: BlobStore,
  { input_format }: JobSpec,
  input: Input | undefined,
  text: string | undefined,
): Promise<Sample> {
  if (input !== undefined) return takeSample(input.files, input_format, path => store.openReader(path));
  const bytes = Buffer.from(text ?? '');
  const file = { path: samplePath, bytes: bytes.length };
  return takeSample([file], input_format, async () => new HeldBytes(samplePath, bytes));
}

function errorOf(failure: unknown): JobError {
  if (failure instanceof TaskError) return failure.error;
  throw failure;
}

function sizesOf(blocks: readonly RecordBlock[]) {
  const files: { path: string; records: number; bytes: number }[] = [];
  for (const { path, records, bytes } of blocks) {
    const last = files.at(-1);
    if (last?.path === path) {
      last.records += records;
      last.bytes += bytes.length;
    } else {
      files.push({ path, records, bytes: bytes.length });
    }
  }
  const sum = (name: 'records' | 'bytes') => files.reduce((total, file) => total + file[name], 0);
  return { files, records: sum('records'), bytes: sum('bytes') };
}

function sizeOf({ files, complete }: Input) {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), complete };
}
