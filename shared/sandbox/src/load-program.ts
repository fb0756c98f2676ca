/** Evaluates the user's source in a guest and gathers the functions into one object of it, under the names that the prelude knows. */
import type { ProgramSource } from '@gridmr/contracts';
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import { type ProgramPart, partsOf } from './program-parts.js';

const functionNames = ['map', 'reduce', 'combine', 'partition', 'setup', 'teardown'] as const;
const nameOfPart: Record<Exclude<ProgramPart, 'program'>, string> = {
  map_function: 'map',
  reduce_function: 'reduce',
  combine_function: 'combine',
  partition_function: 'partition',
};

/** How a part of a program is evaluated: throws what the guest throws, as a failure. */
export type EvaluatePart = (part: ProgramPart, text: string) => QuickJSHandle;

/** A guest object `{map, reduce, …}`; what the program does not have is undefined. The caller disposes it. */
export function loadFunctions(context: QuickJSContext, source: ProgramSource, evaluate: EvaluatePart): QuickJSHandle {
  const functions = context.newObject();
  for (const { part, text } of partsOf(source)) {
    using value = evaluate(part, text);
    if (part !== 'program') {
      context.setProp(functions, nameOfPart[part], value);
      continue;
    }
    for (const name of functionNames) {
      using exported = context.getProp(value, name);
      context.setProp(functions, name, exported);
    }
  }
  return functions;
}
