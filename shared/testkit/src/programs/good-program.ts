/** The shape of a catalogued program: what to run, and what it wants to run on. */
import type { JobSpec, ProgramSource } from '@gridmr/contracts';
import type { TextKind } from '../input-text.js';

export interface GoodProgram {
  readonly name: string;
  readonly source: ProgramSource;
  /** `any`: every text, however hostile. Otherwise `makeText` (`input-text.ts`) writes what it understands. */
  readonly input: TextKind | 'any';
  readonly parameters: JobSpec['parameters'];
  /** 0 for a map-only job. */
  readonly numReducers: number;
}

type FunctionSources = Omit<Extract<ProgramSource, { form: 'functions' }>, 'form'>;
type Rest = Partial<Pick<GoodProgram, 'parameters' | 'numReducers'>>;

/** A program of separate functions. */
export function functionProgram(
  name: string,
  input: GoodProgram['input'],
  functions: FunctionSources,
  rest: Rest = {},
): GoodProgram {
  const numReducers = functions.reduce_function === undefined ? 0 : 3;
  return { name, input, source: { form: 'functions', ...functions }, parameters: {}, numReducers, ...rest };
}

/** A program as one ES module. */
export function moduleProgram(
  name: string,
  input: GoodProgram['input'],
  program: string,
  rest: Rest = {},
): GoodProgram {
  return { name, input, source: { form: 'module', program }, parameters: {}, numReducers: 3, ...rest };
}
