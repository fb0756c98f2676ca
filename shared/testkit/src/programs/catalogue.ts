/** Good programs: each must give the oracle's result on every engine, with every split size, after every fault. */
import * as counting from './counting.js';
import type { GoodProgram } from './good-program.js';
import * as keysAndStyles from './keys-and-styles.js';
import * as searching from './searching.js';

export * from './counting.js';
export type { GoodProgram } from './good-program.js';
export * from './keys-and-styles.js';
export * from './searching.js';

export const goodPrograms: readonly GoodProgram[] = [
  ...Object.values(counting),
  ...Object.values(searching),
  ...Object.values(keysAndStyles),
];
