/** Options of `run` and `submit` that say the same as fields of the job file, and win over it. */
import { inputFormatSchema, outputCompressionSchema, outputFormatSchema, prioritySchema } from '@gridmr/contracts';
import { type Command, Option } from 'commander';
import { parameterOf, wholeNumber } from './option-values.js';

export interface JobOptions {
  readonly name?: string;
  readonly input?: readonly string[];
  readonly inputFormat?: string;
  readonly reducers?: number;
  readonly splitSizeMb?: number;
  readonly param?: Readonly<Record<string, unknown>>;
  readonly output?: string;
  readonly outputFormat?: string;
  readonly compression?: string;
  readonly maxAttempts?: number;
  readonly taskTimeout?: number;
  readonly memoryLimit?: number;
  readonly retryUserErrors?: boolean;
  readonly onRecordError?: string;
  readonly maxSkippedRecords?: number;
}

export interface SubmitOnlyOptions {
  readonly priority?: string;
  readonly speculative?: boolean;
}

export function addJobOptions(command: Command, inputHelp: string, outputHelp: string): Command {
  return command
    .option('-n, --name <name>', 'name of the job (default: of the job file)')
    .option('-i, --input <path...>', inputHelp)
    .addOption(new Option('--input-format <format>', 'what a record is').choices(inputFormatSchema.options))
    .option('-r, --reducers <n>', 'reduce tasks, each of which writes a part', wholeNumber)
    .option('--split-size-mb <n>', 'input of one map task', Number)
    .option('-p, --param <name=value>', 'ctx.params.name; the value as JSON, or else as text', parameterOf, {})
    .option('-o, --output <path>', outputHelp)
    .addOption(new Option('--output-format <format>', 'of the results').choices(outputFormatSchema.options))
    .addOption(new Option('--compression <kind>', 'of the parts').choices(outputCompressionSchema.options))
    .option('--max-attempts <n>', 'failed attempts of one task before the job fails', wholeNumber)
    .option('--task-timeout <seconds>', 'how long one attempt may run', Number)
    .option('--memory-limit <bytes>', 'memory of one sandbox', wholeNumber)
    .addOption(new Option('--on-record-error <choice>', 'what a bad record does').choices(['fail', 'skip']))
    .option('--max-skipped-records <n>', 'more bad records fail the job', wholeNumber)
    .option('--retry-user-errors', 'try a task again whose program failed');
}

export function addSubmitOptions(command: Command): Command {
  return command
    .addOption(new Option('--priority <priority>', 'before which jobs it goes').choices(prioritySchema.options))
    .option('--no-speculative', 'no second attempts for slow tasks');
}

/** Those that were given, as fields of the request. Paths are left to the caller. */
export function fieldsOf(options: JobOptions & SubmitOnlyOptions, fileParameters: unknown): Record<string, unknown> {
  const parameters = { ...(typeof fileParameters === 'object' ? fileParameters : {}), ...options.param };
  const fields = {
    name: options.name,
    input_format: options.inputFormat,
    num_reducers: options.reducers,
    split_size_mb: options.splitSizeMb,
    parameters: Object.keys(parameters).length === 0 ? undefined : parameters,
    output_format: options.outputFormat,
    output_compression: options.compression,
    max_attempts: options.maxAttempts,
    task_timeout: options.taskTimeout,
    memory_limit: options.memoryLimit,
    retry_user_errors: options.retryUserErrors,
    on_record_error: options.onRecordError,
    max_skipped_records: options.maxSkippedRecords,
    priority: options.priority,
    speculative: options.speculative === false ? false : undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
