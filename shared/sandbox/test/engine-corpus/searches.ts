/**
 * Random searches by regular expressions, most of which begin with a character or a class of few ranges: those by which the optimised engine skips places.
 * Strings are short and of few characters, so that most searches find something, and something that nearly matches before; among the characters are those of one byte, of
 * two, of two units, and halves of these.
 */
import type { Random } from '@gridmr/testkit';

const characters = ['a', 'b', 'c', 'B', '1', ' ', '\\n', '\\u00e9', '\\u00ff', '\\u03a9', '\\uffff'];
/** Whole and in halves, in a form that strings and regular expressions of every mode take. */
const astral = ['\\ud83d\\ude00', '\\ud83d\\ude01', '\\ud83d', '\\ude00'];
const classes = [
  '[ab]',
  '[a-c1]',
  '[^a]',
  '[^\\n]',
  '[\\u00e0-\\uffff]',
  '[\\ud83d\\u03a9]',
  '[\\ude00b]',
  '[a1\\u00e9 B\\u03a9]',
  '\\d',
  '\\w',
  '\\s',
  '\\S',
  '.',
];
/** Few without a bound, and none around a group: a search that fails only after all ways of dividing a text among its parts would take minutes. */
const quantifiers = ['', '', '', '', '', '', '*', '+', '*?', '{1,}', '?', '??', '{2}', '{0,2}'];
const quantifiersOfGroups = ['', '', '?', '??', '{2}', '{0,2}'];
const flagsOfUnits = ['g', 'g', 'gi', 'gm', 'gs', 'gy'];
const flagsOfCharacters = ['gu', 'gu', 'giu', 'gsu', 'guy'];
const longest = 20;

/** A search that takes each half of an astral character for a character: one without the flag `u`. */
export function searchUnits(random: Random): string {
  return search(random, random.pick(flagsOfUnits));
}

export function searchCharacters(random: Random): string {
  return search(random, random.pick(flagsOfCharacters));
}

function search(random: Random, mode: string): string {
  const text = Array.from({ length: random.int(0, longest) }, () => character(random)).join('');
  const expression = sequence(random, 0);
  return `(() => {
    const text = '${text}', search = new RegExp(String.raw\`${expression}\`, '${mode}');
    const all = [...text.matchAll(search)].map(found => [found.index, ...found]);
    search.lastIndex = ${random.int(0, 6)};
    const next = search.exec(text);
    const after = [next === null ? -1 : next.index, search.lastIndex];
    return [all, after, search.test(text), text.search(search), text.split(search), text.replace(search, '<$&>')];
  })()`;
}

function character(random: Random): string {
  return random.chance(0.25) ? random.pick(astral) : random.pick(characters);
}

function sequence(random: Random, depth: number): string {
  const parts = Array.from({ length: random.int(1, 3) }, () => part(random, depth)).join('');
  return random.chance(0.1) ? `${parts}|${part(random, depth)}` : parts;
}

function part(random: Random, depth: number): string {
  if (depth > 1 || random.chance(0.7)) {
    return (random.chance(0.6) ? character(random) : random.pick(classes)) + random.pick(quantifiers);
  }
  const inner = () => sequence(random, depth + 1);
  return random.pick([
    () => `(${inner()})${random.pick(quantifiersOfGroups)}`,
    () => `(?:${inner()})${random.pick(quantifiersOfGroups)}`,
    () => `(?<=${inner()})`,
    () => `(?=${inner()})`,
    () => `(?!${inner()})`,
    () => random.pick(['^', '$', '\\b']),
    () => `(${character(random)})\\1`,
  ])();
}
