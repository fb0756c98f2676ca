/**
 * The job specification: what `POST /jobs` accepts (`jobRequestSchema`), and what it means (`JobSpec`), with
 * synonyms resolved and every default filled in. Everything behind the API reads the second.
 */
import { z } from 'zod';
import { requestLimits } from './api-limits.js';
import { dataPathSchema, normaliseDataPath } from './data-path.js';
import { jobLimits } from './limits.js';

export const sourceSchema = z.string().min(1, 'must not be empty');

export const prioritySchema = z.enum(['low', 'normal', 'high']);
export const languageSchema = z.enum(['javascript', 'typescript']);
export const outputFormatSchema = z.enum(['tsv', 'jsonl', 'csv']);
export const outputCompressionSchema = z.enum(['none', 'gzip']);

export const inputFormatSchema = z.enum(['text', 'jsonl', 'csv', 'whole_file', 'bytes']).meta({
  description:
    'What a record is. `text`: a line. `jsonl`: the JSON value of a line; blank lines are no records. `csv` (RFC 4180): an object by the names ' +
    'in the first line of each file; empty lines are no records. `whole_file`: `{path, text}`. `bytes`: `{path, bytes}` with a `Uint8Array`. ' +
    'Files named `.gz` and `.zst` are decompressed.',
});
export type InputFormat = z.infer<typeof inputFormatSchema>;

export const onRecordErrorSchema = z.enum(['fail', 'skip']).meta({
  description:
    'What becomes of a record that is not what its format says, or on which `map` fails, hangs or runs out of memory. `fail`: the job fails. ' +
    "`skip`: it counts for nothing, is listed by the job's dead letters, and the job goes on.",
});

/** The fields of a submission. */
export const jobRequestShape = {
  name: z.string().min(1).max(requestLimits.nameLengthMax).optional().meta({ description: 'Required' }),
  job_name: z.string().min(1).max(requestLimits.nameLengthMax).optional().meta({ description: 'Synonym of `name`' }),
  client_id: z.string().min(1).max(requestLimits.clientIdLengthMax).optional().meta({ description: 'The caller' }),
  input_file: dataPathSchema.optional().meta({ description: 'File, directory or glob under the data directory' }),
  input_data_path: dataPathSchema.optional().meta({ description: 'Synonym of `input_file`' }),
  inputs: z
    .array(dataPathSchema)
    .min(1)
    .max(requestLimits.inputPatternsMax)
    .optional()
    .meta({ description: 'Several of them, instead of `input_file`' }),
  input_format: inputFormatSchema.default('text'),
  map_function: sourceSchema.optional().meta({
    description:
      'JavaScript that evaluates to `(record, ctx) => …`: returns or yields pairs `[key, value]`, or calls `ctx.emit(key, value)`. Required, unless `program` is given',
  }),
  reduce_function: sourceSchema.optional().meta({
    description:
      '`(key, values, ctx) => …`: returns one pair, or yields several. `values` is an iterator that is gone through once. Without it the job is map-only',
  }),
  combine_function: sourceSchema.optional().meta({
    description: 'As `reduce_function`, run over the output of map tasks before it is sent on; any number of times',
  }),
  partition_function: sourceSchema.optional().meta({
    description: '`(key, num_reducers) => …`: which reduce task gets the key. By default a stable hash of it',
  }),
  program: sourceSchema
    .optional()
    .meta({ description: 'An ES module that exports map, reduce, combine, partition, …' }),
  language: languageSchema.default('javascript').meta({ description: 'Types of TypeScript are stripped, not checked' }),
  num_reducers: z
    .number()
    .int()
    .min(0)
    .max(jobLimits.reducersMax)
    .optional()
    .meta({ description: 'How many reduce tasks, and parts of the output. 1 by default; 0 makes a map-only job' }),
  split_size_mb: z
    .number()
    .min(jobLimits.splitSizeMbMin)
    .max(jobLimits.splitSizeMbMax)
    .optional()
    .meta({ description: 'How much of the input one map task gets; 32 by default. A split never cuts a record' }),
  split_size: z
    .number()
    .min(jobLimits.splitSizeMbMin)
    .max(jobLimits.splitSizeMbMax)
    .optional()
    .meta({ description: 'Synonym of `split_size_mb`' }),
  parameters: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'What the functions see as `ctx.params`' }),
  output_path: dataPathSchema.optional().meta({
    description: 'A directory under the data directory, which must be empty or not there. `output/<job_id>` by default',
  }),
  output_data_path: dataPathSchema.optional().meta({ description: 'Synonym of `output_path`' }),
  output_format: outputFormatSchema.default('tsv').meta({
    description: '`tsv`: key, tab, value. `jsonl`: `{"key": …, "value": …}`. `csv`: two columns without a header',
  }),
  output_compression: outputCompressionSchema.default('none').meta({ description: 'Of the parts' }),
  priority: prioritySchema.default('normal').meta({ description: 'Among the jobs that wait' }),
  on_record_error: onRecordErrorSchema.default('fail'),
  max_skipped_records: z
    .number()
    .int()
    .min(0)
    .max(jobLimits.skippedRecordsMax)
    .default(jobLimits.skippedRecordsDefault)
    .meta({ description: 'Records that the whole job may skip; one more fails it' }),
  retry_user_errors: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether an attempt that failed by an error of the program is made again' }),
  speculative: z.boolean().default(true).meta({ description: 'Whether slow tasks get a second attempt' }),
  max_attempts: z.number().int().min(1).optional().meta({
    description: 'Failed attempts of one task before the job fails. May only lower the setting of the server',
  }),
  task_timeout: z.number().positive().optional().meta({ description: 'Seconds one attempt may run' }),
  memory_limit: z.number().int().positive().optional().meta({ description: 'Bytes of memory of one sandbox' }),
};

const synonyms = [
  ['name', 'job_name'],
  ['input_file', 'input_data_path'],
  ['output_path', 'output_data_path'],
  ['split_size_mb', 'split_size'],
] as const;

const separateFunctions = ['map_function', 'reduce_function', 'combine_function', 'partition_function'] as const;

type RequestFields = z.infer<z.ZodObject<typeof jobRequestShape>>;
/** Says what is wrong with a field. */
export type Complain = (path: string, message: string) => void;

function checkSynonyms(request: RequestFields, complain: Complain): void {
  for (const [field, synonym] of synonyms) {
    if (request[field] !== undefined && request[synonym] !== undefined) {
      complain(synonym, `is another name of ${field}: give one of the two`);
    }
  }
}

/** Whether the request names an input, by whichever of its names. */
export function namesInput({ input_file, input_data_path, inputs }: RequestFields): boolean {
  return (input_file ?? input_data_path ?? inputs) !== undefined;
}

function checkInputs(request: RequestFields, complain: Complain): void {
  const single = request.input_file ?? request.input_data_path;
  if (single !== undefined && request.inputs !== undefined) complain('inputs', 'cannot be given beside input_file');
}

function checkProgram(request: RequestFields, complain: Complain): void {
  if (request.program === undefined) {
    if (request.map_function === undefined) complain('map_function', 'is required (or program)');
  } else {
    for (const name of separateFunctions) {
      if (request[name] !== undefined) complain(name, 'cannot be given beside program, which exports the functions');
    }
  }
}

/** Complains of fields that contradict each other, and of a program that is missing. */
export function checkFields(request: RequestFields, complain: Complain): void {
  checkSynonyms(request, complain);
  checkInputs(request, complain);
  checkProgram(request, complain);
}

export const jobRequestSchema = z
  .strictObject(jobRequestShape)
  .superRefine((request, ctx) => {
    const complain: Complain = (path, message) => ctx.addIssue({ code: 'custom', path: [path], message });
    if ((request.name ?? request.job_name) === undefined) complain('name', 'is required');
    if (!namesInput(request)) complain('input_file', 'is required (or inputs)');
    checkFields(request, complain);
  })
  .meta({ id: 'JobRequest' });
/** What a client may send: every default left out. */
export type JobRequest = z.input<typeof jobRequestSchema>;

/** The user's functions: four sources, or one ES module. Sources are JavaScript; TypeScript is stripped before. */
export const programSourceSchema = z.discriminatedUnion('form', [
  z.strictObject({
    form: z.literal('functions'),
    map_function: z.string(),
    reduce_function: z.string().optional(),
    combine_function: z.string().optional(),
    partition_function: z.string().optional(),
  }),
  z.strictObject({ form: z.literal('module'), program: z.string() }),
]);
export type ProgramSource = z.infer<typeof programSourceSchema>;

/** A job as it is understood: what the contract calls `spec` in answers. */
export const jobSpecSchema = z
  .strictObject({
    name: z.string(),
    client_id: z.string(),
    inputs: z.array(z.string()),
    input_format: inputFormatSchema,
    program: programSourceSchema,
    language: languageSchema,
    num_reducers: z.number().int().min(0),
    split_size_mb: z.number(),
    parameters: z.record(z.string(), z.json()),
    output_path: z.string(),
    output_format: outputFormatSchema,
    output_compression: outputCompressionSchema,
    priority: prioritySchema,
    on_record_error: onRecordErrorSchema,
    /** Absent from jobs of earlier versions, which skipped none. */
    max_skipped_records: z.number().int().min(0).default(jobLimits.skippedRecordsDefault),
    retry_user_errors: z.boolean(),
    speculative: z.boolean(),
    max_attempts: z.number().int(),
    task_timeout: z.number(),
    memory_limit: z.number().int(),
  })
  .meta({ id: 'JobSpec' });
export type JobSpec = z.infer<typeof jobSpecSchema>;
export type OutputFormat = JobSpec['output_format'];
export type OutputCompression = JobSpec['output_compression'];

/** What the settings allow and the caller is, beside what the request says. */
export interface SpecDefaults {
  readonly jobId: string;
  readonly clientId: string;
  readonly maxAttempts: number;
  readonly taskTimeoutSeconds: number;
  readonly memoryBytes: number;
}

/**
 * Resolves synonyms and fills in defaults. `hasReduce` says whether the program has a reduce function, which for a
 * module only its parser knows; a job without one is map-only whatever `num_reducers` says.
 */
export function specFromRequest(
  request: z.output<typeof jobRequestSchema>,
  hasReduce: boolean,
  defaults: SpecDefaults,
): JobSpec {
  const inputs = request.inputs ?? [request.input_file ?? request.input_data_path ?? ''];
  const outputPath = request.output_path ?? request.output_data_path ?? `output/${defaults.jobId}`;
  return {
    name: request.name ?? request.job_name ?? '',
    client_id: request.client_id ?? defaults.clientId,
    inputs: inputs.map(normaliseDataPath),
    input_format: request.input_format,
    program: programOf(request),
    language: request.language,
    num_reducers: hasReduce ? (request.num_reducers ?? 1) : 0,
    split_size_mb: request.split_size_mb ?? request.split_size ?? jobLimits.splitSizeMbDefault,
    parameters: request.parameters,
    output_path: normaliseDataPath(outputPath),
    output_format: request.output_format,
    output_compression: request.output_compression,
    priority: request.priority,
    on_record_error: request.on_record_error,
    max_skipped_records: request.max_skipped_records,
    retry_user_errors: request.retry_user_errors,
    speculative: request.speculative,
    max_attempts: request.max_attempts ?? defaults.maxAttempts,
    task_timeout: request.task_timeout ?? defaults.taskTimeoutSeconds,
    memory_limit: request.memory_limit ?? defaults.memoryBytes,
  };
}

function programOf(request: z.output<typeof jobRequestSchema>): ProgramSource {
  if (request.program !== undefined) return { form: 'module', program: request.program };
  const functions: ProgramSource = { form: 'functions', map_function: request.map_function ?? '' };
  for (const name of separateFunctions) {
    if (request[name] !== undefined) functions[name] = request[name];
  }
  return functions;
}
