/** Regular expressions that backtrack for longer than anybody lives. The engine of expressions asks whether it may go on, too. */
import { failing, type HostileProgram } from './hostile-program.js';

export const regularExpressions: readonly HostileProgram[] = failing(['task_timeout'], {
  'a quantifier of a quantifier': '/^(a+)+$/.test("a".repeat(40) + "b");',
  'three quantifiers inside each other': '/^(((a+)+)+)+$/.test("a".repeat(40) + "b");',
  'alternatives that mean the same': '/^(a|a)+$/.test("a".repeat(50) + "b");',
  'alternatives that overlap': '/^(a|aa)+$/.test("a".repeat(80) + "b");',
  'any text, many times': '/(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x/.test("a".repeat(400));',
  'references to groups': '/^(a*)*\\1b/.test("a".repeat(60));',
  'lookaheads that backtrack': '/^(?=(a+)+$)b/.test("a".repeat(40) + "b");',
  'lookbehinds that backtrack': '/(?<=^b(a+)+)c/.test("a".repeat(40) + "c");',
  'lazy quantifiers': '/^(a+?)+?$/.test("a".repeat(40) + "b");',
  'counted quantifiers': '/^(a{1,30}){1,30}$/.test("a".repeat(40) + "b");',
  'an address as people write them':
    '/^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}x$/.test("a".repeat(60) + "!");',
  'classes of Unicode': '/^(\\p{L}+)+$/u.test("é".repeat(40) + "!");',
  'splitting by one': '("a".repeat(40) + "b").split(/(a+)+$/);',
  'replacing by one': '("a".repeat(40) + "b").replace(/^(a+)+$/g, "");',
  'matching all of one': '[...("a".repeat(40) + "b").matchAll(/^(a+)+$/g)];',
  'an expression with a lastIndex that never moves': 'const r = /a/g; while (r.exec("aaa")) r.lastIndex = 0;',
});
