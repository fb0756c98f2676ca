/** Harm outside of `map`: while the program is loaded, in `setup`, `teardown`, `partition`, `combine` and `reduce`, and with `values`. */
import type { JobErrorCode } from '@gridmr/contracts';
import { type HostileProgram, hostile } from './hostile-program.js';

const map = 'export const map = line => [[line, 1]];';
const timeout = { codes: ['task_timeout'] } as const;
const userError = { codes: ['user_code_error'] } as const;
const memory = { codes: ['memory_limit'] } as const;

const modules: Readonly<Record<string, readonly [string, { readonly codes: readonly JobErrorCode[] }]>> = {
  'a module that loops': [`for (;;); ${map}`, timeout],
  'a module that wants all memory': [`const a = []; for (;;) a.push({}); ${map}`, memory],
  'a module that recurses': [`const f = () => f(); f(); ${map}`, userError],
  'a module that throws nothing': [`throw undefined; ${map}`, userError],
  'setup that loops': [`export function setup() { for (;;); } ${map}`, timeout],
  'setup that wants all memory': [`export function setup() { const a = []; for (;;) a.push([]); } ${map}`, memory],
  'teardown that loops': [`export function teardown() { for (;;); } ${map}`, timeout],
  'teardown that throws': [`export function teardown() { throw new Error('late'); } ${map}`, userError],
  'teardown that recurses': [`export function teardown() { teardown(); } ${map}`, userError],
  'setup that returns an endless generator': [`export function* setup() { for (;;) yield ['k', 1]; } ${map}`, timeout],
};

const partitions = {
  'partition that loops': ['() => { for (;;); }', timeout],
  'partition that is negative': ['() => -1', userError],
  'partition that is not there': ['(key, n) => n', userError],
  'partition that is a fraction': ['() => 0.5', userError],
  'partition that is NaN': ['() => NaN', userError],
  'partition that is a BigInt': ['() => 0n', userError],
  'partition that is an object': ['() => ({ valueOf: () => 0 })', userError],
  'partition that is huge': ['() => 2 ** 32', userError],
  'partition that throws': ['() => { throw new Error("no"); }', userError],
  'partition that recurses': ['function p() { return p(); }', userError],
} as const;

const reduces = {
  'reduce that loops': ['() => { for (;;); }', timeout],
  'reduce that wants all memory': ['(key, values) => { const a = []; for (;;) a.push([key]); }', memory],
  'reduce that asks for a length': ['(key, values) => [key, values.length]', userError],
  'reduce that asks for an index': ['(key, values) => [key, values[0]]', userError],
  'reduce that emits its values': ['(key, values) => [key, values]', userError],
  'reduce that uses values of another group': [
    '(key, values) => { globalThis.kept ??= values; return [key, [...globalThis.kept].length]; }',
    { pairs: [['k', 2]] },
  ],
  'reduce that gives values another prototype': [
    '(key, values) => { Object.setPrototypeOf(values, null); return [key, 1]; }',
    { pairs: [['k', 1]] },
  ],
  'reduce that loops over values for ever': ['(key, values) => { for (;;) for (const v of values); }', timeout],
  'reduce that flattens without end': [
    '(key, values) => [key, values.flatMap(function* () { for (;;) yield 1; }).reduce((a, b) => a + b)]',
    timeout,
  ],
  'reduce that calls next on something else': ['(key, values) => [key, values.next.call({})]', userError],
  'reduce that returns three': ['(key, values) => [key, 1, 2]', userError],
  'reduce that returns itself': ['function r() { return r; }', userError],
  'reduce that emits another key': [
    '(key, values, ctx) => { ctx.emit("zzz", 1); ctx.emit(["a"], 2); }',
    {
      pairs: [
        ['zzz', 1],
        [['a'], 2],
      ],
    },
  ],
} as const;

export const otherFunctions: readonly HostileProgram[] = [
  ...Object.entries(modules).map(([name, [program, ends]]) => hostile(name, program, ends)),
  ...Object.entries(partitions).map(([name, [partition_function, ends]]) =>
    hostile(name, { map_function: 'line => [[line, 1]]', reduce_function: 'k => [k, 1]', partition_function }, ends),
  ),
  ...Object.entries(reduces).map(([name, [reduce_function, ends]]) =>
    hostile(name, { map_function: '() => {}', reduce_function }, ends, 'reduce'),
  ),
  hostile(
    'combine that loops',
    { map_function: '() => {}', combine_function: '() => { for (;;); }', reduce_function: 'k => [k, 1]' },
    timeout,
    'combine',
  ),
  hostile(
    'combine that throws',
    { map_function: '() => {}', combine_function: '() => { throw null; }', reduce_function: 'k => [k, 1]' },
    userError,
    'combine',
  ),
  hostile(
    'combine that recurses',
    { map_function: '() => {}', combine_function: 'function c() { c(); }', reduce_function: 'k => [k, 1]' },
    userError,
    'combine',
  ),
];
