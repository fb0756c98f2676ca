/**
 * Cuts inputs into splits, each the work of one map task.
 *
 * A split is a byte range of one file that knows nothing of records: cutting needs no reading, so a terabyte is planned from its
 * files' sizes alone. Who reads a split aligns it to records (`text-blocks.ts`).
 *
 * Invariants: the splits of a file cover each of its bytes exactly once, in order; none is empty, so an empty file has none; a last
 * piece below a tenth of a split joins the one before, rather than costing a task of its own.
 *
 * Example, splits of 100 bytes: 250 bytes give [0, 100) [100, 200) [200, 250); 209 bytes give [0, 100) [100, 209).
 * Cost: O(splits), made one at a time.
 */
import { dataPlaneLimits, jobLimits, type Split, TaskError } from '@gridmr/contracts';

const bytesPerMb = 1024 * 1024;

/** What planning needs to know of an input file. */
export interface InputFile {
  readonly path: string;
  readonly bytes: number;
}

/** A job's `split_size_mb` in whole bytes, at least one. */
export function splitBytesOf(splitSizeMb: number): number {
  return Math.max(1, Math.round(splitSizeMb * bytesPerMb));
}

/**
 * The splits of all files, in the order of the files, made as they are asked for; task i has the i-th.
 * Throws `TaskError` `too_many_tasks` when there are more than a job may have.
 * @param splitBytes target size, a whole number of bytes, at least one
 */
export function* planSplits(files: Iterable<InputFile>, splitBytes: number): Generator<Readonly<Split>, void> {
  if (!Number.isSafeInteger(splitBytes) || splitBytes < 1) {
    throw new RangeError(`a split of ${splitBytes} bytes: it must be a whole number, at least 1`);
  }
  let planned = 0;
  for (const file of files) {
    const splits = countSplits(file.bytes, splitBytes);
    planned += splits;
    if (planned > jobLimits.mapTasksMax) throw tooManyTasks(splitBytes);
    for (let i = 0; i < splits; i++) {
      const end = i === splits - 1 ? file.bytes : (i + 1) * splitBytes;
      yield Object.freeze({ path: file.path, start: i * splitBytes, end, file_bytes: file.bytes });
    }
  }
}

function countSplits(fileBytes: number, splitBytes: number): number {
  const whole = Math.floor(fileBytes / splitBytes);
  const rest = fileBytes % splitBytes;
  if (rest === 0) return whole;
  const joins = whole > 0 && rest * 100 < splitBytes * dataPlaneLimits.joinedRemainderPercent;
  return joins ? whole : whole + 1;
}

function tooManyTasks(splitBytes: number): TaskError {
  const message =
    `the input would make more than ${jobLimits.mapTasksMax} map tasks at ${splitBytes} bytes a split; ` +
    'give a greater split_size_mb, or fewer input files';
  return new TaskError({ code: 'too_many_tasks', message });
}
