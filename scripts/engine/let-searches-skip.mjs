/**
 * Lets searches by regular expressions skip the places that cannot begin a match: `skip-ahead.wat` says how. The function there is added to the engine's
 * text, and the matcher made to call it where it comes to the loop of a search. The places in the matcher are told by their shape, not by their number:
 * where the published engine changes so that one is not found exactly once, this throws.
 */
import { readFileSync } from 'node:fs';
import { change } from './change.mjs';

const skipAhead = readFileSync(new URL('skip-ahead.wat', import.meta.url), 'utf8');

/** What no other function of the engine has all of: joining surrogates, the matcher's look at the clock each 10,000 steps, the table of its opcodes. */
const signsOfMatcher = ['(i32.const 56613888)', '(i32.const 10000)', 'br_table'];
const firstLocal = /\n\s*\(local \$7 i32\)/g;
/** The matcher's program begins after a header of 8 bytes. */
const startOfProgram = form('(local.set $3 (i32.add (local.get $1) (i32.const 8)))');
/** In the case of the opcodes 14 and 15, `split`: where to go on, of two places, before it is noted with the place in the string. */
const choiceOfSplit = form(
  `(local.set $3 (select
    (local.tee $2 (i32.add (local.get $3) (i32.const 5)))
    (local.tee $7 (i32.add (local.get $2) (local.get $7)))
    (local.tee $8 (i32.eq (local.get $13) (i32.const 15)))))`,
);

/** @param {string} text of the published engine, as Binaryen writes it */
export function letSearchesSkip(text) {
  const matchers = text.split(/(?=\n \(func )/).filter(body => signsOfMatcher.every(sign => body.includes(sign)));
  if (matchers.length !== 1) throw new Error(`the engine has ${matchers.length} functions that look like its matcher`);
  const [matcher] = matchers;
  let changed = change(matcher, firstLocal, local => `\n (local $program i32)${local}`);
  changed = change(changed, startOfProgram, start => `${start} (local.set $program (local.get $3))`);
  // Offsets 16 and 20 of the matcher's own record: where the string ends, and whether its units have 16 bits.
  changed = change(
    changed,
    choiceOfSplit,
    choice => `(if (i32.eq (local.get $3) (local.get $program)) (then (local.set $1 (call $skip_ahead
      (local.get $3) (local.get $1) (i32.load offset=16 (local.get $9)) (i32.load offset=20 (local.get $9))))))
      ${choice}`,
  );
  return text.replace(matcher, () => changed).replace(/\)\s*$/, () => `${skipAhead})`);
}

/** `code` with any white space between its words. */
function form(code) {
  const words = code.match(/[()]|[^\s()]+/g).map(word => word.replace(/[$().]/g, '\\$&'));
  return new RegExp(words.join('\\s*'), 'g');
}
