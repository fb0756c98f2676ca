/** A job as it is being written: what the form holds, and what is sent. */
import type { JobRequest, JobSpec, ProgramSource } from '@gridmr/contracts';
import type { Example } from './examples.js';

export interface Draft {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly program: ProgramSource;
  readonly language: JobSpec['language'];
  readonly inputFormat: JobSpec['input_format'];
  readonly outputFormat: JobSpec['output_format'];
  /** As it was typed: it may not be a number yet. */
  readonly reducers: string;
  readonly splitSizeMb: string;
  /** JSON, as it was typed. */
  readonly parameters: string;
  readonly priority: JobSpec['priority'];
  readonly onRecordError: JobSpec['on_record_error'];
}

const blankProgram = `// Called for each record: here, a line of text. Returns pairs of a key and a value.
export function map(line) {
  return [[line.length, 1]];
}

// Called for each key, with all its values.
export function reduce(length, ones) {
  return [length, ones.reduce((sum, n) => sum + n, 0)];
}
`;

export const blankDraft: Draft = {
  name: '',
  inputs: [],
  program: { form: 'module', program: blankProgram },
  language: 'javascript',
  inputFormat: 'text',
  outputFormat: 'tsv',
  reducers: '1',
  splitSizeMb: '32',
  parameters: '{}',
  priority: 'normal',
  onRecordError: 'fail',
};

/** @param inputs where they have been uploaded to */
export function draftOfExample({ name, program, request }: Example, inputs: readonly string[]): Draft {
  return {
    ...blankDraft,
    name,
    inputs,
    program: { form: 'module', program },
    inputFormat: request.input_format ?? 'text',
    outputFormat: request.output_format ?? 'tsv',
    reducers: String(request.num_reducers ?? 1),
    parameters: JSON.stringify(request.parameters ?? {}),
    onRecordError: request.on_record_error ?? 'fail',
  };
}

/** To submit a job again. Its output goes to a place of its own. */
export function draftOfSpec(spec: JobSpec): Draft {
  return {
    name: spec.name,
    inputs: spec.inputs,
    program: spec.program,
    // What the record holds has been compiled.
    language: 'javascript',
    inputFormat: spec.input_format,
    outputFormat: spec.output_format,
    reducers: String(spec.num_reducers),
    splitSizeMb: String(spec.split_size_mb),
    parameters: JSON.stringify(spec.parameters),
    priority: spec.priority,
    onRecordError: spec.on_record_error,
  };
}

/** Throws a `SyntaxError` for parameters that are no JSON. What else is wrong, the API says. */
export function requestOf(draft: Draft): JobRequest {
  const { form, ...sources } = draft.program;
  return {
    name: draft.name,
    inputs: [...draft.inputs],
    ...sources,
    language: draft.language,
    input_format: draft.inputFormat,
    output_format: draft.outputFormat,
    num_reducers: Number(draft.reducers),
    split_size_mb: Number(draft.splitSizeMb),
    parameters: parametersOf(draft.parameters),
    priority: draft.priority,
    on_record_error: draft.onRecordError,
  };
}

function parametersOf(text: string): JobRequest['parameters'] {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError('The parameters are not JSON', { cause: error });
  }
}
