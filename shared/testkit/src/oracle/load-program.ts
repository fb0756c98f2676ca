/** A program's functions, run by this process's own JavaScript engine from the same source text that a job carries. */
import type { ProgramSource } from '@gridmr/contracts';

type UserFunction = (...args: unknown[]) => unknown;

export interface OracleProgram {
  readonly map: UserFunction;
  readonly reduce: UserFunction | undefined;
  readonly partition: UserFunction | undefined;
  readonly setup: UserFunction | undefined;
  readonly teardown: UserFunction | undefined;
}

let modulesLoaded = 0;

/** A fresh instance: module-level variables start anew. The program is trusted, for it is one of our own tests'. */
export async function loadProgram(source: ProgramSource): Promise<OracleProgram> {
  if (source.form === 'functions') {
    return {
      map: evaluate(source.map_function),
      reduce: optional(source.reduce_function),
      partition: optional(source.partition_function),
      setup: undefined,
      teardown: undefined,
    };
  }
  // The same address would give the same instance again.
  const text = `${source.program}\n// ${modulesLoaded++}`;
  const exports = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  const { map, reduce, partition, setup, teardown } = exports;
  return { map, reduce, partition, setup, teardown };
}

function optional(source: string | undefined): UserFunction | undefined {
  return source === undefined ? undefined : evaluate(source);
}

function evaluate(source: string): UserFunction {
  const expression = source.replace(/;\s*$/, '');
  return new Function(`return (${expression}\n);`)();
}
