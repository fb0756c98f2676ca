/**
 * User functions of which the host knows what they compute, from their source: the commonest there are, and those that cost most for what they do.
 *
 * - `sum`: adds a key's values up. Its numbers may be added by the host, from the left, before the function sees the sum as its only value
 *   (`summed-groups.ts`): the function gives the same, bit for bit.
 * - `identity`: gives every value back under its key. The host may write pairs as they come.
 * - `distinct`: makes a `Set` of the values, and knows of them by that alone. A value that repeats an earlier one of its key may be left out, as long as `Set` is
 *   the engine's own: whoever loads the program judges that.
 *
 * A source is compared with templates token by token, names by their place, so that white space and the choice of names do not matter; anything that a template
 * does not have (a comment, a string, another statement) makes it unknown, which costs nothing but time. A template has no
 * name that it does not declare itself but `Set` and `Array`, so nothing else outside of the function changes what it means. What becomes of the set does not matter: it is the same
 * set either way.
 */

export type KnownFunction = 'sum' | 'identity' | 'distinct';

/** Which of a program's functions are known. */
export interface KnownFunctions {
  readonly combine: KnownFunction | undefined;
  readonly reduce: KnownFunction | undefined;
}

export const noneKnown: KnownFunctions = { combine: undefined, reduce: undefined };

/** A longer source is no template. */
export const knownSourceLengthMax = 300;

/** Words of the language, and the properties that templates ask for. */
const properties = new Set(['reduce', 'emit', 'from', 'sort', 'length', 'size', 'join']);
const words = new Set(['function', 'return', 'let', 'const', 'for', 'of', 'yield', 'new', 'Set', 'Array']);
/** There a line break ends a statement, which no token shows. */
const brokenStatement = /\b(?:return|yield)\s*[\n\r\u2028\u2029]/;

const sums = [
  'V.reduce((A, B) => A + B, 0)',
  'V.reduce((A, B) => B + A, 0)',
  'V.reduce((A, B) => { return A + B; }, 0)',
];
const loops = ['let S = 0; for (const A of V) S += A;', 'let S = 0; for (const A of V) { S += A; }'];
const identities = ['for (const A of V) yield [K, A];', 'for (const A of V) { yield [K, A]; }'];
const emitted = ['for (const A of V) C.emit(K, A);', 'for (const A of V) { C.emit(K, A); }'];
const lists = ['[...new Set(V)]', 'Array.from(new Set(V))'].flatMap(list => [list, `${list}.sort()`]);
const joined = [`' '`, `','`, `';'`, `'|'`].flatMap(mark => [mark, mark.replaceAll("'", '"')]);
const sets = [
  'new Set(V).size',
  ...lists.flatMap(list => [list, `${list}.length`, ...joined.map(mark => `${list}.join(${mark})`)]),
];
const setLoops = ['for (const A of new Set(V)) C.emit(K, A);', 'for (const A of new Set(V)) { C.emit(K, A); }'];
const setYields = ['for (const A of new Set(V)) yield [K, A];', 'for (const A of new Set(V)) { yield [K, A]; }'];

const templates = new Map<string, KnownFunction>([
  ...sums
    .flatMap(sum => [...arrows(`[K, ${sum}]`), ...bodies(`return [K, ${sum}];`), ...bodies(`C.emit(K, ${sum});`)])
    .map(known('sum')),
  ...sums.flatMap(sum => arrows(`C.emit(K, ${sum})`)).map(known('sum')),
  ...loops.flatMap(loop => [...bodies(`${loop} return [K, S];`), ...bodies(`${loop} C.emit(K, S);`)]).map(known('sum')),
  ...identities
    .flatMap(body => [`function* (K, V) { ${body} }`, `function* N(K, V) { ${body} }`])
    .map(known('identity')),
  ...emitted.flatMap(body => bodies(body)).map(known('identity')),
  ...sets
    .flatMap(set => [...arrows(`[K, ${set}]`), ...bodies(`return [K, ${set}];`), ...bodies(`C.emit(K, ${set});`)])
    .map(known('distinct')),
  ...sets.flatMap(set => arrows(`C.emit(K, ${set})`)).map(known('distinct')),
  ...setLoops.flatMap(body => bodies(body)).map(known('distinct')),
  ...setYields
    .flatMap(body => [`function* (K, V) { ${body} }`, `function* N(K, V) { ${body} }`])
    .map(known('distinct')),
]);

/** @param source as `Function.prototype.toString` gives it */
export function recogniseFunction(source: string): KnownFunction | undefined {
  const isNone = source.length > knownSourceLengthMax || brokenStatement.test(source);
  return isNone ? undefined : templates.get(canonical(source));
}

/** Whether a `reduce` of this source may have had values left out before it: what its map tasks gave is then of no use to another `reduce`. */
export function mayWantDistinct(source: string): boolean {
  return source.includes('Set');
}

function known(kind: KnownFunction): (source: string) => [string, KnownFunction] {
  return source => [canonical(source), kind];
}

/** Functions of an expression; `C` is declared where it is used, and may be where it is not. */
function arrows(expression: string): string[] {
  return parameterLists(expression).map(parameters => `(${parameters}) => ${expression}`);
}

function bodies(body: string): string[] {
  return parameterLists(body).flatMap(parameters => [
    `(${parameters}) => { ${body} }`,
    `function (${parameters}) { ${body} }`,
    `function N(${parameters}) { ${body} }`,
  ]);
}

function parameterLists(body: string): string[] {
  return body.includes('C.') ? ['K, V, C'] : ['K, V', 'K, V, C'];
}

/** Tokens with a blank between; names that the source declares become numbers in the order in which they come. A semicolon before a brace says nothing. */
function canonical(source: string): string {
  const names = new Map<string, string>();
  const tokens = source.match(/=>|\+=|[\p{ID_Start}_$][\p{ID_Continue}$]*|\S/gu) ?? [];
  const named = tokens.map((token, i) => {
    const isFixed = words.has(token) || (properties.has(token) && tokens[i - 1] === '.');
    if (isFixed || !/^[\p{ID_Start}_$]/u.test(token)) return token;
    const name = names.get(token) ?? `#${names.size}`;
    names.set(token, name);
    return name;
  });
  return named
    .join(' ')
    .replaceAll('; }', '}')
    .replaceAll(' }', '}')
    .replace(/( ;)+$/, '');
}
