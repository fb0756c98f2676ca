/**
 * From the shuffle of a sample to that of the whole input: everything grows with the bytes of the input. That is too much where a combiner is at work or
 * keys repeat, since a real map task joins more values of a key than a sample has; so it is an upper estimate, and says so.
 */
import { type JobSpec, type PreviewEstimate, previewLimits } from '@gridmr/contracts';
import { isUncut, splitBytesOf } from '@gridmr/engine';
import { type BlobStat, compressionOf } from '@gridmr/storage';
import type { SampleRun } from './sample-run.js';

export interface EstimatedInput {
  readonly files: readonly BlobStat[];
  readonly spec: JobSpec;
  readonly reducers: number;
}

const note =
  'Extrapolated from the sample by the bytes of the input. Keys that repeat, and a combiner, make the real shuffle smaller; rare keys that the sample misses ' +
  'make it more even.';

/** Undefined if nothing can be said. */
export function estimateShuffle(run: SampleRun, { files, spec, reducers }: EstimatedInput): PreviewEstimate | null {
  const inputBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const sampleBytes = run.counters.map_input_bytes;
  const isCompressed = files.some(({ path }) => compressionOf(path) !== 'none');
  if (reducers === 0 || sampleBytes === 0 || isCompressed) return null;
  const factor = Math.max(1, inputBytes / sampleBytes);
  const partitions = [...run.partitions].map(([partition, { records, bytes }]) => ({ partition, records, bytes }));
  const total = partitions.reduce((sum, { bytes }) => sum + bytes, 0);
  const heaviest = partitions.sort((a, b) => b.bytes - a.bytes || a.partition - b.partition);
  return {
    factor,
    map_tasks: mapTasks(files, spec),
    map_output_records: Math.round(run.counters.map_output_records * factor),
    shuffle_bytes: Math.round(total * factor),
    skew: total === 0 ? 0 : ((heaviest[0]?.bytes ?? 0) * reducers) / total,
    partitions: heaviest.slice(0, previewLimits.partitionsListedMax).map(({ partition, records, bytes }) => ({
      partition,
      records,
      bytes: Math.round(bytes * factor),
      share: bytes / total,
    })),
    note,
  };
}

/** As many as there are full splits, but for files that cannot be cut. */
function mapTasks(files: readonly BlobStat[], { split_size_mb, input_format }: JobSpec): number {
  const splitBytes = splitBytesOf(split_size_mb);
  const greatest = files.filter(({ path, bytes }) => isUncut(path, input_format) && bytes > splitBytes);
  const rest = files.filter(file => !greatest.includes(file)).reduce((sum, { bytes }) => sum + bytes, 0);
  return greatest.length + Math.ceil(rest / splitBytes);
}
