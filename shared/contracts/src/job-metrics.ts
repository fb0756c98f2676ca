/** What `GET /jobs/{id}/metrics` answers. */
import { z } from 'zod';
import { attemptFiguresSchema } from './attempt-figures.js';
import { countersSchema } from './counters.js';
import { jobIdSchema } from './ids.js';
import { jobPhaseSchema, jobStatusSchema } from './states.js';

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const time = z.iso.datetime();

const spreadSchema = z.object({
  min: amount,
  mean: amount,
  p50: amount,
  p90: amount,
  p99: amount,
  max: amount,
});
export type Spread = z.infer<typeof spreadSchema>;

const durationsSchema = z.object({
  tasks: count.meta({ description: 'Tasks with a committed attempt whose times are known' }),
  seconds: spreadSchema.nullable().meta({ description: 'Of committed attempts; null without any' }),
  histogram: z
    .array(
      z.object({
        up_to_seconds: amount.nullable().meta({ description: 'Null: longer than all others' }),
        tasks: count,
      }),
    )
    .meta({ description: 'Each range begins where the one before ends' }),
});
export type Durations = z.infer<typeof durationsSchema>;

const partitionSchema = attemptFiguresSchema.extend({ partition: count });
export type PartitionFigures = z.infer<typeof partitionSchema>;

const skewSchema = z.object({
  ...spreadSchema.shape,
  skew: amount.meta({ description: 'The greatest divided by the mean: 1 if all partitions are alike' }),
});

export const jobMetricsSchema = z
  .object({
    job_id: jobIdSchema,
    status: jobStatusSchema,
    seconds: amount.meta({ description: 'From submission to the end, or until now' }),
    phases: z
      .array(
        z.object({
          phase: jobPhaseSchema,
          started_at: time,
          seconds: amount.meta({ description: 'Until the next phase, the end, or now' }),
        }),
      )
      .meta({ description: 'In order, as far as they are known. `plan` includes the time in the queue' }),
    counters: countersSchema.meta({ description: 'Of committed attempts; complete once the job has ended' }),
    throughput: z
      .object({ input_bytes_per_second: amount, input_records_per_second: amount, output_bytes_per_second: amount })
      .nullable()
      .meta({ description: 'Since the job was planned; null before' }),
    tasks: z.object({ map: durationsSchema, reduce: durationsSchema }),
    partitions: z
      .object({
        known: count.meta({ description: 'Partitions whose reduce task has committed' }),
        input_records: skewSchema,
        input_bytes: skewSchema,
        listed: z.array(partitionSchema).meta({ description: 'In order; of very many only those with most input' }),
      })
      .nullable()
      .meta({ description: 'Null until a reduce task has committed' }),
  })
  .meta({ id: 'JobMetrics' });
export type JobMetrics = z.infer<typeof jobMetricsSchema>;
