/**
 * "Source text that evaluates to a function" as something that the engine can evaluate. Users write expressions
 * (`x => …`, `function name(…) {…}`), expressions with a semicolon behind, and short scripts whose last expression is the function.
 *
 * Each way of reading puts exactly one line in front and leaves the user's lines alone, so columns stand as they are and a line is one less.
 */

/** Lines put in front of the user's source. */
export const formLinesBefore = 1;

/** The ways to read a source, the likeliest first. The first one that parses is what it means. */
export function functionForms(source: string): string[] {
  const expression = wrap(source, '(', ')');
  const script = wrap(source, '{', '}'); // A block: its declarations stay its own.
  const bare = withoutTrailingSemicolons(source);
  return bare === source ? [expression, script] : [expression, wrap(bare, '(', ')'), script];
}

/** The user's source out of one of its forms. */
export function unwrapForm(form: string): string {
  return form.slice(2, -2);
}

function wrap(source: string, open: string, close: string): string {
  return `${open}\n${source}\n${close}`;
}

/** `x => x; // ok` → `x => x  // ok`: semicolons after which only blanks and comments stand become blanks. */
function withoutTrailingSemicolons(source: string): string {
  let bare = source;
  for (let at = bare.lastIndexOf(';'); at !== -1; at = bare.lastIndexOf(';', at - 1)) {
    if (blankUntil(bare, at + 1) === bare.length) bare = `${bare.slice(0, at)} ${bare.slice(at + 1)}`;
    else if (!endsComment(bare, at + 1)) break;
    if (at === 0) break;
  }
  return bare;
}

/** A semicolon inside a last comment: what stands before it may still have one. */
function endsComment(source: string, from: number): boolean {
  const lineStart = source.lastIndexOf('\n', from) + 1;
  return source.slice(lineStart, from).includes('//') || source.indexOf('*/', from) !== -1;
}

/** Where blanks and comments from `from` on end. */
function blankUntil(source: string, from: number): number {
  const blank = /(?:\s+|\/\/[^\n]*|\/\*)/y;
  for (let at = from; ; ) {
    blank.lastIndex = at;
    const found = blank.exec(source)?.[0];
    if (found === undefined) return at;
    if (found === '/*') {
      const end = source.indexOf('*/', at + 2);
      if (end === -1) return at;
      at = end + 2;
    } else {
      at += found.length;
    }
  }
}
