/**
 * A value that a module exports, such as `export const job = {…}`: the module is evaluated in an engine of its own, in jail, and the value comes out as
 * JSON. None of its functions is called.
 */
import { performance } from 'node:perf_hooks';
import { bytesPerMb, sandboxLimits, TaskError } from '@gridmr/contracts';
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import { type GuestError, jobErrorOf } from './guest-failure.js';
import { dropQuickJs, openQuickJs } from './quickjs-instance.js';
import { compileQuickJs } from './quickjs-module.js';

/**
 * Undefined if the module does not export the name, or nothing that JSON can hold. Throws `TaskError` for a module that fails, or does not end in time.
 * @param program plain JavaScript that parses, as `checkProgram` gives it
 */
export async function readExport(
  program: string,
  name: string,
  deadlineMs: number = sandboxLimits.compileMs,
): Promise<unknown> {
  const { module } = await compileQuickJs();
  const limits = { memoryBytes: sandboxLimits.compileMemoryMb * bytesPerMb, deadlineMs };
  const endsAt = performance.now() + limits.deadlineMs;
  const isLate = () => performance.now() > endsAt;
  const instance = await openQuickJs(module, limits.memoryBytes, isLate);
  const json = exportedJson(instance.context, program, name);
  if (typeof json === 'object') {
    const place = { source: { form: 'module', program }, running: 'load', record: {} } as const;
    const reached = isLate() ? 'time' : instance.growth.refused ? 'memory' : undefined;
    throw new TaskError(jobErrorOf(json, place, reached, limits));
  }
  dropQuickJs(instance);
  return json === '' ? undefined : parse(json, name);
}

/** The value's JSON, '' for nothing, or why there is none. */
function exportedJson(context: QuickJSContext, program: string, name: string): string | GuestError {
  using stringify = context.unwrapResult(context.evalCode('JSON.stringify', 'host'));
  const evaluated = context.evalCode(program, 'program', { type: 'module' });
  if (evaluated.error !== undefined) return errorOf(context, evaluated.error);
  using exports = evaluated.value;
  using value = context.getProp(exports, name);
  const result = context.callFunction(stringify, context.undefined, value);
  if (result.error !== undefined) return errorOf(context, result.error);
  using json = result.value;
  return context.typeof(json) === 'string' ? context.getString(json) : '';
}

function errorOf(context: QuickJSContext, thrown: QuickJSHandle): GuestError {
  using error = thrown;
  const text = (property: string) => {
    using value = context.getProp(error, property);
    return context.typeof(value) === 'string' ? context.getString(value) : '';
  };
  if (context.typeof(error) !== 'object') return { name: '', message: context.getString(error), stack: '' };
  return { name: text('name'), message: text('message'), stack: text('stack') };
}

/** User code may have put anything into a `toJSON`. */
function parse(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new TaskError({ code: 'user_code_error', message: `the exported ${name} cannot be read as JSON` }, { cause });
  }
}
