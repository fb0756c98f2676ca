/** A benchmark: word counts over text made for it, and how fast they were. */
import { z } from 'zod';
import { countersSchema } from './counters.js';
import { jobIdSchema } from './ids.js';

const time = z.iso.datetime();
const count = z.number().int().nonnegative();
const gib = 1024 ** 3;
const secondMs = 1000;

export const benchmarkLimits = {
  dataBytesMax: 1 * gib,
  iterationsMax: 10,
  workersMax: 1000,
  /** Benchmarks that have not ended, of everybody together; they run one after the other. */
  unfinishedMax: 4,
  /** The oldest that have ended are forgotten beyond. */
  keptMax: 100,
  /** One run may take so long before it is cancelled, and the benchmark fails. */
  runMsMax: 1800 * secondMs,
  /** How often the run at work is looked at. */
  lookMs: 500,
  /** How often an API process looks for benchmarks that another one has left. */
  idleLookMs: 5 * secondMs,
  /** A process that did not say for so long that it is at a benchmark has left it. */
  leftAfterMs: 15 * secondMs,
  /** To make the data, at the slowest. */
  dataMsMax: 600 * secondMs,
  /** Map tasks for each slot, where the number of workers is not bounded. */
  tasksPerSlot: 4,
  splitMbMin: 1,
  reducersMax: 16,
} as const;

const unitBytes = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 1024, MIB: 1024 ** 2, GIB: gib } as const;
const sizePattern = /^(\d{1,10}(?:\.\d{1,6})?) ?([KMG]i?B|B)$/i;

/** `100MB` → 100,000,000; undefined for what is no size. */
export function bytesOfSize(size: string): number | undefined {
  const [, amount, unit = ''] = sizePattern.exec(size) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * unitBytes[unit.toUpperCase() as keyof typeof unitBytes]);
}

export const benchmarkRequestSchema = z
  .strictObject({
    data_size: z
      .string()
      .max(20)
      .refine(size => (bytesOfSize(size) ?? 0) >= 1, 'is no size, as "100MB", "1.5 GB" or "64MiB"')
      .refine(size => (bytesOfSize(size) ?? 0) <= benchmarkLimits.dataBytesMax, 'may be at most 1GiB')
      .meta({ description: 'Of the input that is made: `100MB`, `1.5 GB`, `64MiB`; at most 1 GiB' }),
    workers: z.number().int().min(1).max(benchmarkLimits.workersMax).optional().meta({
      description: 'At most so many tasks at once, by cutting the input into no more; all slots there are if left out',
    }),
    iterations: z
      .number()
      .int()
      .min(1)
      .max(benchmarkLimits.iterationsMax)
      .default(1)
      .meta({ description: 'Runs, one after the other' }),
  })
  .meta({ id: 'BenchmarkRequest' });
export type BenchmarkRequest = z.input<typeof benchmarkRequestSchema>;
export type AskedBenchmark = z.output<typeof benchmarkRequestSchema>;

export const benchmarkRunSchema = z
  .object({
    iteration: z.number().int().positive(),
    job_id: jobIdSchema.meta({ description: 'The job is deleted once its figures are taken' }),
    seconds: z.number().nonnegative().meta({ description: 'From its submission to its end' }),
    mb_per_second: z.number().nonnegative().meta({ description: 'Millions of bytes of input a second' }),
    counters: countersSchema,
  })
  .meta({ id: 'BenchmarkRun' });
export type BenchmarkRun = z.infer<typeof benchmarkRunSchema>;

export const benchmarkIdSchema = z.string().regex(/^b[0-9a-hjkmnp-tv-z]{22}$/, 'is not the id of a benchmark');
export const benchmarkStatusSchema = z.enum(['running', 'completed', 'failed']);

export const benchmarkSchema = z
  .object({
    benchmark_id: benchmarkIdSchema,
    status: benchmarkStatusSchema,
    data_size: z.string(),
    data_bytes: count.meta({ description: 'Of the input; whole lines, so a little more than asked' }),
    workers: z.number().int().positive().nullable(),
    iterations: z.number().int().positive(),
    created_at: time,
    finished_at: time.nullable(),
    interruptions: count.meta({ description: 'How often its API process ended and another went on with it' }),
    runs: z.array(benchmarkRunSchema),
    error: z.string().nullable(),
  })
  .meta({ id: 'Benchmark' });
export type Benchmark = z.infer<typeof benchmarkSchema>;

export const startedBenchmarkSchema = z
  .object({ benchmark_id: benchmarkIdSchema, status: benchmarkStatusSchema, links: z.object({ self: z.string() }) })
  .meta({ id: 'StartedBenchmark' });
export type StartedBenchmark = z.infer<typeof startedBenchmarkSchema>;

/** Below the data directory: a directory for each benchmark that has not ended. */
export const benchmarksDirectory = 'benchmarks';
