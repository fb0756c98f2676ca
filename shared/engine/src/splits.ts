/**
 * Cuts and packs inputs into splits, each the work of one map task.
 *
 * A range of a file knows nothing of records: cutting `text` and `jsonl` needs no reading, so a terabyte is planned from its
 * files' sizes alone, and who reads a range aligns it to records (`text-blocks.ts`). CSV is cut where records begin, which planning has found
 * before (`csv-cuts.ts`). What must be read from its beginning is not cut: compressed files, and files that are records.
 *
 * A file that one split has room for is packed with its neighbours: thousands of small files make a few tasks. Only whole files are packed.
 *
 * Invariants: splits hold each byte exactly once, in the order of the inputs; no range is empty, so an empty file has none, unless it is a record
 * itself or compressed (then it is damaged, which its reader says); a last piece of a file below a tenth of a split joins the one before.
 *
 * Example, splits of 100 bytes: files of 250, 30, 60 and 20 bytes give [0, 100) [100, 200) [200, 250), 30 + 60, 20; one of 209 gives [0, 100) [100, 209).
 * Cost: O(splits + files), made one at a time.
 */
import {
  bytesPerMb,
  dataPlaneLimits,
  type InputFormat,
  type InputRange,
  jobLimits,
  type Split,
  TaskError,
} from '@gridmr/contracts';
import { compressionOf } from '@gridmr/storage';

/** What planning needs to know of an input file. */
export interface InputFile {
  readonly path: string;
  readonly bytes: number;
  /** Where it may be cut, in order, if not anywhere. */
  readonly cuts?: readonly number[];
}

/** A job's `split_size_mb` in whole bytes, at least one. */
export function splitBytesOf(splitSizeMb: number): number {
  return Math.max(1, Math.round(splitSizeMb * bytesPerMb));
}

/** Whether a file is one record, or can only be read from its beginning. */
export function isUncut(path: string, format: InputFormat): boolean {
  return format === 'whole_file' || format === 'bytes' || compressionOf(path) !== 'none';
}

/**
 * The splits of all files, in the order of the files, made as they are asked for; task i has the i-th.
 * Throws `TaskError` `too_many_tasks` when there are more than a job may have.
 * @param splitBytes target size, a whole number of bytes, at least one
 */
export function* planSplits(
  files: Iterable<InputFile>,
  splitBytes: number,
  format: InputFormat = 'text',
): Generator<Readonly<Split>, void> {
  refuseSize(splitBytes);
  let planned = 0;
  const pack = new Pack(splitBytes);
  for (const file of files) {
    const ranges = countRanges(file, splitBytes, format);
    if (ranges === 0) continue;
    if (ranges > 1 || !pack.hasRoomFor(file)) {
      yield* pack.take();
      planned += ranges;
    }
    if (planned > jobLimits.mapTasksMax) throw tooManyTasks(splitBytes);
    if (ranges === 1) pack.add(file);
    else yield* cutSplits(file, splitBytes);
    if (pack.isFull) yield* pack.take();
  }
  yield* pack.take();
}

function refuseSize(splitBytes: number): void {
  if (Number.isSafeInteger(splitBytes) && splitBytes >= 1) return;
  throw new RangeError(`a split of ${splitBytes} bytes: it must be a whole number, at least 1`);
}

function countRanges(file: InputFile, splitBytes: number, format: InputFormat): number {
  return isUncut(file.path, format) ? 1 : countSplits(file.bytes, splitBytes);
}

/** Small files on their way into one split. */
class Pack {
  readonly #splitBytes: number;
  #ranges: InputRange[] = [];
  #bytes = 0;
  #planBytes = 0;

  constructor(splitBytes: number) {
    this.#splitBytes = splitBytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#splitBytes;
  }

  /** Whether the file may join those that are here. */
  hasRoomFor(file: InputFile): boolean {
    const { filesPerSplitMax, splitPlanBytesMax } = dataPlaneLimits;
    const files = this.#ranges.length;
    const fits = this.#bytes + file.bytes <= this.#splitBytes && files > 0 && files < filesPerSplitMax;
    return fits && this.#planBytes + planBytesOf(rangeOf(file, 0, file.bytes)) <= splitPlanBytesMax;
  }

  add(file: InputFile): void {
    const whole = rangeOf(file, 0, file.bytes);
    this.#ranges.push(whole);
    this.#bytes += file.bytes;
    this.#planBytes += planBytesOf(whole);
  }

  /** The split of what is here, if anything is; nothing is left. */
  *take(): Generator<Readonly<Split>> {
    if (this.#ranges.length > 0) yield splitOf(this.#ranges);
    this.#ranges = [];
    this.#bytes = 0;
    this.#planBytes = 0;
  }
}

function planBytesOf(range: InputRange): number {
  return Buffer.byteLength(JSON.stringify(range)) + 1;
}

function splitOf(ranges: InputRange[]): Readonly<Split> {
  return Object.freeze({ ranges });
}

function rangeOf({ path, bytes }: InputFile, start: number, end: number): InputRange {
  return Object.freeze({ path, start, end, file_bytes: bytes });
}

function* cutSplits(file: InputFile, splitBytes: number): Generator<Readonly<Split>> {
  let start = 0;
  for (const cut of file.cuts ?? evenCuts(file.bytes, splitBytes)) {
    yield splitOf([rangeOf(file, start, cut)]);
    start = cut;
  }
  yield splitOf([rangeOf(file, start, file.bytes)]);
}

function* evenCuts(fileBytes: number, splitBytes: number): Generator<number> {
  const splits = countSplits(fileBytes, splitBytes);
  for (let i = 1; i < splits; i++) yield i * splitBytes;
}

/** How many ranges a file is cut into, if it may be cut anywhere. */
export function countSplits(fileBytes: number, splitBytes: number): number {
  const whole = Math.floor(fileBytes / splitBytes);
  const rest = fileBytes % splitBytes;
  if (rest === 0) return whole;
  const joins = whole > 0 && rest * 100 < splitBytes * dataPlaneLimits.joinedRemainderPercent;
  return joins ? whole : whole + 1;
}

export function tooManyTasks(splitBytes: number): TaskError {
  const message =
    `the input would make more than ${jobLimits.mapTasksMax} map tasks at ${splitBytes} bytes a split; ` +
    'give a greater split_size_mb, or fewer input files';
  return new TaskError({ code: 'too_many_tasks', message });
}
