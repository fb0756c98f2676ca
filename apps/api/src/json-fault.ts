/**
 * Finds where a text stops being JSON. `JSON.parse` knows, but what its message tells differs between versions of
 * Node.js and often leaves the position out. Called only for texts that `JSON.parse` has refused, so it may be slow;
 * it is iterative, so that no nesting overflows the stack.
 */

export interface TextPosition {
  readonly line: number;
  readonly column: number;
  /** What stands there, in words. */
  readonly found: string;
}

const space = /[ \t\n\r]*/y;
const scalar =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may come next. `first` values also accept the end of their empty array or object. */
type Expect = 'value' | 'firstValue' | 'key' | 'firstKey' | 'colon' | 'next';

/** The position of the first fault of `text`, counted from 1, in UTF-16 units. */
export function jsonFault(text: string): TextPosition {
  return positionOf(text, faultOffset(text));
}

function faultOffset(text: string): number {
  const open: ('[' | '{')[] = [];
  let expect: Expect = 'value';
  let at = skip(space, text, 0);
  while (at < text.length) {
    const step: Step | undefined = take(text, at, expect, open);
    if (step === undefined) return at;
    expect = step.expect;
    at = skip(space, text, step.end);
  }
  return at;
}

interface Step {
  readonly end: number;
  readonly expect: Expect;
}

/** One token, or undefined if it may not stand here. Keeps `open` up to date. */
function take(text: string, at: number, expect: Expect, open: ('[' | '{')[]): Step | undefined {
  const char = text[at];
  if (expect === 'colon') return char === ':' ? { end: at + 1, expect: 'value' } : undefined;
  if (expect === 'key' || expect === 'firstKey') return takeKey(text, at, expect, open);
  if (expect === 'next') return takeNext(char, at, open);
  if (char === ']' && expect === 'firstValue') return close(at, open);
  if (char === '[' || char === '{') {
    open.push(char);
    return { end: at + 1, expect: char === '[' ? 'firstValue' : 'firstKey' };
  }
  const end = skip(scalar, text, at);
  return end > at ? { end, expect: 'next' } : undefined;
}

function takeKey(text: string, at: number, expect: Expect, open: ('[' | '{')[]): Step | undefined {
  if (text[at] === '}' && expect === 'firstKey') return close(at, open);
  const end = text[at] === '"' ? skip(scalar, text, at) : at;
  return end > at ? { end, expect: 'colon' } : undefined;
}

function takeNext(char: string | undefined, at: number, open: ('[' | '{')[]): Step | undefined {
  const inside = open.at(-1);
  if (inside === undefined) return undefined;
  if (char === ',') return { end: at + 1, expect: inside === '[' ? 'value' : 'key' };
  return char === (inside === '[' ? ']' : '}') ? close(at, open) : undefined;
}

function close(at: number, open: ('[' | '{')[]): Step {
  open.pop();
  return { end: at + 1, expect: 'next' };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function positionOf(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset).split('\n');
  const found =
    offset < text.length
      ? `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0))}`
      : 'unexpected end';
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, found };
}
