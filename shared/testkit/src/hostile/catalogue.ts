/** All programs that mean harm, by kind. None may end in another way than it says, outlive its limits, or be felt by anybody else. */
import { asynchronous } from './asynchronous.js';
import { endlessLoops } from './endless-loops.js';
import { escapes } from './escapes.js';
import { floods } from './floods.js';
import type { HostileProgram } from './hostile-program.js';
import { memoryShapes } from './memory-shapes.js';
import { otherFunctions } from './other-functions.js';
import { recursion } from './recursion.js';
import { regularExpressions } from './regular-expressions.js';
import { returnedValues } from './returned-values.js';
import { tampering } from './tampering.js';
import { unpolledBuiltins } from './unpolled-builtins.js';

export type { HostileProgram } from './hostile-program.js';

export const hostilePrograms: Readonly<Record<string, readonly HostileProgram[]>> = {
  'endless loops': endlessLoops,
  'regular expressions': regularExpressions,
  'builtins that do not ask': unpolledBuiltins,
  'memory in every shape': memoryShapes,
  recursion,
  'tampering with what everything is built on': tampering,
  'asynchronous functions': asynchronous,
  'floods of what is allowed': floods,
  'attempts to get out': escapes,
  'returned values': returnedValues,
  'the other functions': otherFunctions,
};
