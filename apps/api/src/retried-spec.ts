/**
 * What a job is asked in the run that a retry begins, and which stages keep their committed tasks: a stage is repeated if what it is made by
 * has changed, and nothing else is.
 *
 * | changed | repeated |
 * |---|---|
 * | map, combine or partition function; a module; parameters | map and reduce tasks |
 * | reduce function | reduce tasks; map tasks too if the old one made a `Set` and there is no combiner: repeats of its values may have been left out of their output |
 * | limits, or nothing | what is not committed |
 *
 * A module is taken as a whole: which of its functions a change concerns nobody can tell.
 */
import { isDeepStrictEqual } from 'node:util';
import { type FieldError, type JobSpec, type ProgramSource, type RetryRequest, requestLimits } from '@gridmr/contracts';
import { mayWantDistinct } from '@gridmr/engine';
import type { ProgramCheck } from './dependencies.js';
import { invalidInput } from './parse-input.js';

const functionNames = ['map_function', 'reduce_function', 'combine_function', 'partition_function'] as const;
type FunctionSources = Extract<ProgramSource, { form: 'functions' }>;

/** The specification of the next run. Throws `RequestError` for what cannot be changed, and for programs that do not parse. */
export async function retriedSpec(spec: JobSpec, request: RetryRequest, checker: ProgramCheck): Promise<JobSpec> {
  const language = request.language ?? spec.language;
  const asked = changedProgram(spec.program, request);
  let program = spec.program;
  if (asked !== undefined) {
    const { source, functions } = await checker.check(asked, language);
    refuseOtherStages(spec, request, functions.reduce);
    program = withoutStripping(spec.program, source, request);
  }
  const { parameters, max_attempts, task_timeout, memory_limit } = spec;
  const changed = { ...spec, language, program };
  const limits = { parameters, max_attempts, task_timeout, memory_limit };
  for (const name of ['parameters', 'max_attempts', 'task_timeout', 'memory_limit'] as const) {
    if (request[name] !== undefined) Object.assign(limits, { [name]: request[name] });
  }
  const next = { ...changed, ...limits };
  refuseLongSpec(next);
  return next;
}

/** Which stages of the run before are still what the next run would make. */
export function keptStages(before: JobSpec, next: JobSpec): { map: boolean; reduce: boolean } {
  if (!isDeepStrictEqual(before.parameters, next.parameters)) return { map: false, reduce: false };
  if (before.program.form === 'module' || next.program.form === 'module') {
    const same = isDeepStrictEqual(before.program, next.program);
    return { map: same, reduce: same };
  }
  const [old, asked] = [before.program, next.program] as [FunctionSources, FunctionSources];
  const isSame = (name: keyof FunctionSources) => old[name] === asked[name];
  const reduce = isSame('reduce_function');
  const isForAnyReduce = old.combine_function !== undefined || !mayWantDistinct(old.reduce_function ?? '');
  const map = isSame('map_function') && isSame('combine_function') && isSame('partition_function');
  const keepsMap = map && (reduce || isForAnyReduce);
  return { map: keepsMap, reduce: keepsMap && reduce };
}

/** Undefined if the request has nothing to do with the program. */
function changedProgram(before: ProgramSource, request: RetryRequest): ProgramSource | undefined {
  if (request.program !== undefined) return { form: 'module', program: request.program };
  const given = functionNames.filter(name => request[name] !== undefined);
  if (given.length === 0) return undefined;
  if (before.form === 'module' && request.map_function === undefined) {
    throw invalidInput([
      { path: 'map_function', message: 'is required, since the job had a program, which has all functions in one' },
    ]);
  }
  const sources: FunctionSources =
    before.form === 'functions' ? { ...before } : { form: 'functions', map_function: '' };
  for (const name of given) {
    const text = request[name];
    if (text === null && name !== 'map_function') delete sources[name];
    else if (typeof text === 'string') sources[name] = text;
  }
  return sources;
}

/** Sources that were not given stay as they are, to the byte. */
function withoutStripping(before: ProgramSource, checked: ProgramSource, request: RetryRequest): ProgramSource {
  if (before.form === 'module' || checked.form === 'module') return checked;
  const sources = { ...checked };
  for (const name of functionNames) {
    const text = before[name];
    if (request[name] === undefined && text !== undefined) sources[name] = text;
  }
  return sources;
}

/** The plan stays, and with it whether there is a reduce stage. */
function refuseOtherStages(spec: JobSpec, request: RetryRequest, hasReduce: boolean): void {
  if (spec.num_reducers > 0 && !hasReduce) {
    const path = request.program === undefined ? 'reduce_function' : 'program';
    throw invalidInput([{ path, message: 'has no reduce: a retry cannot make the job map-only; submit a new one' }]);
  }
  // A job that was asked for no reducers may have a function that nobody calls.
  if (spec.num_reducers === 0 && request.reduce_function !== undefined && !hasReduceFunction(spec.program)) {
    const message = 'cannot be added by a retry: the job is map-only; submit a new one';
    throw invalidInput([{ path: 'reduce_function', message }]);
  }
}

function hasReduceFunction(program: ProgramSource): boolean {
  return program.form === 'functions' && program.reduce_function !== undefined;
}

/** As long as one request could have made it. */
function refuseLongSpec(spec: JobSpec): void {
  if (Buffer.byteLength(JSON.stringify(spec)) <= requestLimits.specBytesMax) return;
  const fault: FieldError = {
    path: '',
    message: `the job with these changes has more than ${requestLimits.specBytesMax} bytes`,
  };
  throw invalidInput([fault]);
}
