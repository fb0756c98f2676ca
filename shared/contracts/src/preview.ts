/** A preview: the user's functions on a sample of the input, before a job is submitted. What is asked, and what is answered. */
import { z } from 'zod';
import { countersSchema } from './counters.js';
import { checkFields, jobRequestShape, namesInput } from './job-spec.js';
import { previewLimits } from './preview-limits.js';
import { jobErrorSchema } from './problem.js';

const count = z.number().int().nonnegative();

export const previewRequestSchema = z
  .strictObject({
    ...jobRequestShape,
    sample: z
      .string()
      .max(previewLimits.sampleLengthMax)
      .optional()
      .meta({ description: 'Text to run on instead of the input, as a file would have it' }),
  })
  .superRefine((request, ctx) => {
    const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (request.sample === undefined && !namesInput(request))
      complain('input_file', 'is required (or inputs, or sample)');
    checkFields(request, complain);
  })
  .meta({
    id: 'PreviewRequest',
    description:
      'What a submission has, though without need of a name; and `sample`. Fields about running the job are checked and ignored.',
  });
export type PreviewRequest = z.input<typeof previewRequestSchema>;

/** `cut`: a key or value was too long, and is the beginning of its JSON as a string. */
const cut = z
  .boolean()
  .optional()
  .meta({ description: 'Set if a key or value is too long: it is the beginning of its JSON text' });

export const previewPairSchema = z.object({ key: z.json(), value: z.json(), cut }).meta({ id: 'PreviewPair' });
export type PreviewPair = z.infer<typeof previewPairSchema>;

export const previewGroupSchema = z
  .object({
    key: z.json(),
    values: z.array(z.json()).meta({ description: 'The first of them' }),
    count: count.meta({ description: 'How many values there are' }),
    cut,
  })
  .meta({ id: 'PreviewGroup' });
export type PreviewGroup = z.infer<typeof previewGroupSchema>;

function listed<Item extends z.ZodType>(item: Item) {
  return z.object({ total: count, items: z.array(item).meta({ description: 'The first of them' }) });
}

export const previewWarningCodes = [
  'not_deterministic',
  'combiner_not_associative',
  'depends_on_splits',
  'sample_cut',
  'partitions_left_out',
  'checks_left_out',
] as const;

export const previewWarningSchema = z
  .object({
    code: z.enum(previewWarningCodes).meta({
      description:
        '`not_deterministic`: another run of the same records gives other pairs, or the same groups other results. ' +
        '`combiner_not_associative`: combining values in other groups before they are reduced changes the result. ' +
        '`depends_on_splits`: the result depends on where the input is cut. ' +
        '`sample_cut`: the functions are so slow, or emit so much, that the sample is smaller than usual. ' +
        '`partitions_left_out`: only the first partitions were reduced. `checks_left_out`: there was no time for all checks.',
    }),
    message: z.string(),
    function: z.string().optional(),
    key: z.json().optional(),
    expected: z.string().optional().meta({ description: 'JSON text of what should come out; "nothing" if nothing' }),
    actual: z.string().optional().meta({ description: 'JSON text of what did' }),
  })
  .meta({ id: 'PreviewWarning' });
export type PreviewWarning = z.infer<typeof previewWarningSchema>;

const partitionShareSchema = z.object({
  partition: count,
  records: count.meta({ description: 'In the sample' }),
  bytes: count.meta({ description: 'Estimated for the whole input' }),
  share: z.number().min(0).max(1),
});

export const previewEstimateSchema = z
  .object({
    factor: z.number().positive().meta({ description: 'The whole input in samples' }),
    map_tasks: count,
    map_output_records: count,
    shuffle_bytes: count,
    skew: z.number().nonnegative().meta({ description: 'The heaviest partition beside the mean one; 1 is even' }),
    partitions: z.array(partitionShareSchema).meta({ description: 'The heaviest first' }),
    note: z.string().meta({ description: 'How the figures were arrived at' }),
  })
  .meta({
    id: 'PreviewEstimate',
    description: 'Extrapolated from the sample to the size of the input: no more than an estimate',
  });
export type PreviewEstimate = z.infer<typeof previewEstimateSchema>;

export const previewSchema = z
  .object({
    sample: z.object({
      files: z.array(z.object({ path: z.string(), records: count, bytes: count })),
      records: count,
      bytes: count,
      complete: z.boolean().meta({ description: 'Whether the sample is the whole input' }),
    }),
    input: z
      .object({
        files: count,
        bytes: count,
        complete: z.boolean().meta({ description: 'False if there are more files than were counted' }),
      })
      .nullable()
      .meta({ description: 'The input of the job; null for `sample` text' }),
    pairs: listed(previewPairSchema).meta({ description: 'What map emits' }),
    groups: listed(previewGroupSchema).meta({
      description: 'What reduce is given: keys with their values, after a combiner',
    }),
    results: listed(previewPairSchema).meta({
      description: 'What the job would write, in the order of partitions and keys',
    }),
    counters: countersSchema,
    logs: z.array(z.string()),
    errors: listed(jobErrorSchema).meta({ description: 'Bad records, and what ended a function' }),
    warnings: z.array(previewWarningSchema),
    estimate: previewEstimateSchema.nullable().meta({
      description:
        'Null for `sample` text, map-only jobs and compressed input, whose size says nothing about its records',
    }),
    seconds: z.number().nonnegative(),
  })
  .meta({ id: 'Preview' });
export type Preview = z.infer<typeof previewSchema>;
