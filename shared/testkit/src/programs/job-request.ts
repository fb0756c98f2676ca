/** A catalogued program as the body of `POST /jobs`. */
import type { JobRequest } from '@gridmr/contracts';
import type { GoodProgram } from './good-program.js';

/** `more` names the input at least: `{ input_file: 'input/book.txt' }`. */
export function jobRequestFor(program: GoodProgram, more: Partial<JobRequest>): JobRequest {
  const { form, ...functions } = program.source;
  return {
    name: program.name,
    ...functions,
    num_reducers: program.numReducers,
    parameters: program.parameters,
    ...more,
  };
}
