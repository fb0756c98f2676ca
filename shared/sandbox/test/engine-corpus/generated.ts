/** Random programs: bounded loops over numbers, strings and arrays, whose results depend on each operation they do. */
import type { Random } from '@gridmr/testkit';

const names = ['a', 'b', 'c', 'd'];
const statementsMax = 12;
const depthMax = 3;

export function generateProgram(random: Random): string {
  const starts = names.map(name => `${name} = ${literal(random)}`).join(', ');
  const body = Array.from({ length: random.int(4, statementsMax) }, () => statement(random, 0)).join(' ');
  return `(() => { let ${starts}; const t = []; ${body} return [${names.join(', ')}, t]; })()`;
}

function statement(random: Random, depth: number): string {
  const name = random.pick(names);
  const simple = [
    () => `${name} = ${expression(random, 0)};`,
    () => `${name} += ${expression(random, 1)}; if (${name}.length > 99) ${name} = ${name}.slice(9, 99);`,
    () => `${name} ${random.pick(['-=', '*=', '^=', '|=', '>>>='])} ${expression(random, 1)};`,
    () => `if (t.length < 50) t.push(${expression(random, 1)});`,
    () => 't.sort();',
    () => `${name} = t.length > 0 ? t[Math.abs(${name} | 0) % t.length] : 1;`,
    () => `${name} = String(${name}).slice(0, 40);`,
  ];
  if (depth >= depthMax || random.chance(0.6)) return random.pick(simple)();
  const inner = () => Array.from({ length: random.int(1, 3) }, () => statement(random, depth + 1)).join(' ');
  const counter = `i${depth}`;
  return random.pick([
    () => `for (let ${counter} = 0; ${counter} < ${random.int(1, 9)}; ${counter}++) { ${inner()} }`,
    () => `if (${expression(random, 1)}) { ${inner()} } else { ${inner()} }`,
    () => `for (const x of String(${name}).slice(0, 6)) { ${name} = ${name} + x.charCodeAt(0); ${inner()} }`,
    () =>
      `try { ${inner()} if (${expression(random, 2)}) throw new RangeError(${name}); } catch (e) { t.push(e.name); }`,
  ])();
}

function expression(random: Random, depth: number): string {
  if (depth >= depthMax || random.chance(0.25)) return random.chance(0.6) ? random.pick(names) : literal(random);
  const part = () => expression(random, depth + 1);
  return random.pick([
    () => `(${part()} ${random.pick(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '>>>'])} ${part()})`,
    () => `(${part()} ${random.pick(['<', '>', '<=', '>=', '===', '!=='])} ${part()})`,
    () => `(${part()} ? ${part()} : ${part()})`,
    () => `Math.${random.pick(['abs', 'floor', 'ceil', 'trunc', 'round', 'sign', 'fround', 'clz32'])}(${part()})`,
    () => `Math.imul(${part()}, ${part()})`,
    () => `String(${part()}).length`,
    () => `parseInt(${part()}, ${random.pick([10, 16])})`,
    () => `(${random.pick(['-', '~', '!', '+', 'typeof'])} ${part()})`,
    () => `[${part()}, ${part()}].join(':').slice(0, 30)`,
    () => `(x => ${random.pick(['x', 'x + 1', '[x].length', '`' + '<${x}>' + '`'])})(${part()})`,
  ])();
}

function literal(random: Random): string {
  return random.pick([
    () => String(random.int(-100, 100)),
    () => String(random.int(-1000, 1000) / 8),
    () => String(random.bits()),
    () => `'${random.word(0, 5)}'`,
    () => random.pick(['0', '-0', 'NaN', 'Infinity', '1e21', 'true', 'null', '0.1', '2147483647']),
  ])();
}
