/** Functions that promise instead of doing. Nothing of the user's runs after the call that the host made: whoever needs that is told so. */
import { failing, type HostileProgram, harmless, hostile } from './hostile-program.js';

const asynchronousMaps = {
  'async map': 'async () => [["k", 1]]',
  'an async generator': 'async function* () { yield ["k", 1]; }',
  'a thenable': '() => ({ then(f) { f([["k", 1]]); } })',
  'a thenable whose then loops': '() => ({ get then() { for (;;); } })',
  'an async iterable': '() => ({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true }) }) })',
  'a promise that never settles': '() => new Promise(() => {})',
  'a promise that fails': '() => Promise.reject(new Error("no"))',
} as const;

export const asynchronous: readonly HostileProgram[] = [
  ...Object.entries(asynchronousMaps).map(([name, map_function]) =>
    hostile(name, { map_function }, { codes: [name.endsWith('loops') ? 'task_timeout' : 'user_code_error'] }),
  ),
  hostile(
    'async reduce',
    { map_function: '() => {}', reduce_function: 'async key => [key, 1]' },
    { codes: ['user_code_error'] },
    'reduce',
  ),
  hostile('async setup', 'export async function setup() {} export const map = () => {};', {
    codes: ['user_code_error'],
  }),
  hostile('await at the top of a module', 'await new Promise(() => {}); export const map = () => {};', {
    codes: ['user_code_error'],
  }),
  ...harmless({
    'a promise beside the pairs': ['Promise.resolve().then(() => { for (;;); }); ctx.emit("k", 1);', [['k', 1]]],
    'a promise that emits later': ['Promise.resolve().then(() => ctx.emit("late", 1)); ctx.emit("k", 1);', [['k', 1]]],
    'a rejection that nobody handles': ['Promise.reject(new Error("x")); ctx.emit("k", 1);', [['k', 1]]],
    'promises that resolve each other': [
      'const f = () => Promise.resolve().then(f); f(); ctx.emit("k", 1);',
      [['k', 1]],
    ],
  }),
  ...failing(['user_code_error'], { timers: 'setTimeout(() => {}, 1);', microtasks: 'queueMicrotask(() => {});' }),
];
