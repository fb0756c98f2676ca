/**
 * Where files may be cut, for formats that must be read to know: CSV that is more than one split. The file is read once, several ranges at a time, on the main
 * thread but never for longer than a piece, so that locks are renewed meanwhile.
 */
import { dataPlaneLimits, type InputFormat, jobLimits } from '@gridmr/contracts';
import { countSplits, cutsOf, type InputFile, isUncut, scannedRanges, scanQuotes, tooManyTasks } from '@gridmr/engine';
import type { BlobStore } from '@gridmr/storage';
import { concurrently } from './concurrently.js';

/** The same files, with cuts where these are not free. Throws what storage throws, and `TaskError` `too_many_tasks`. */
export async function findCuts(
  store: BlobStore,
  files: readonly InputFile[],
  splitBytes: number,
  format: InputFormat,
): Promise<readonly InputFile[]> {
  if (format !== 'csv') return files;
  const found: InputFile[] = [];
  for (const file of files) found.push(await withCuts(store, file, splitBytes));
  return found;
}

async function withCuts(store: BlobStore, file: InputFile, splitBytes: number): Promise<InputFile> {
  const splits = countSplits(file.bytes, splitBytes);
  if (splits <= 1 || isUncut(file.path, 'csv')) return file;
  if (splits > jobLimits.mapTasksMax) throw tooManyTasks(splitBytes);
  const ranges = scannedRanges(file.bytes, splitBytes);
  const scans = await concurrently(dataPlaneLimits.rangesScannedAtOnce, ranges, range =>
    scanQuotes(store.readStream(file.path, range), range.start),
  );
  return { ...file, cuts: cutsOf(scans, file.bytes) };
}
