/** Lines of each kind of sample, one after the other, with their ends. All characters are ASCII, so a line has as many bytes as characters. */
import type { Random } from './random.js';
import { zipfWords } from './zipf-words.js';

type LineMaker = (random: Random) => () => string;

const makers = {
  /** Words between blanks. */
  text: random => {
    const word = zipfWords(random);
    return () => {
      let line = word();
      for (let i = random.int(6, 14); i > 0; i--) line += ` ${word()}`;
      return `${line}\n`;
    };
  },
  /** Time, level, host and what took how long. */
  logs: random => () => {
    const level = random.chance(0.02) ? 'ERROR' : random.pick(['INFO', 'DEBUG', 'WARN']);
    return `2026-01-${random.int(10, 28)}T${random.int(10, 23)}:${random.int(10, 59)}:00Z ${level} host-${random.int(1, 200)} request ${random.word(10, 30)} took ${random.int(1, 9000)} ms\n`;
  },
  /** Orders as JSON lines. */
  json: random => () =>
    `{"user":"u${random.int(1, 5000)}","amount":${random.int(1, 999)},"country":"${random.pick(countries)}","items":${random.int(1, 9)},"note":"${random.word(8, 24)}"}\n`,
  /** The same as CSV, some notes quoted because they hold a comma or a quote. The first line has the names. */
  csv: random => {
    let line = 'user,amount,country,items,note\n';
    return () => {
      const now = line;
      line = `u${random.int(1, 5000)},${random.int(1, 999)},${random.pick(countries)},${random.int(1, 9)},${note(random)}\n`;
      return now;
    };
  },
  /** 100 bytes each, end of line included, to be sorted by the first ten. */
  records: random => () => {
    let line = '';
    while (line.length < 99) line += random.bits().toString(36).padStart(7, '0');
    return `${line.slice(0, 99)}\n`;
  },
} satisfies Record<string, LineMaker>;

export type SampleKind = keyof typeof makers;
export const sampleKinds = Object.keys(makers) as readonly SampleKind[];

const countries = ['DE', 'FR', 'US', 'BR', 'IN', 'JP', 'ZA', 'PL'];

function note(random: Random): string {
  const word = random.word(8, 24);
  if (random.chance(0.05)) return `"${word}, ${random.word(3, 9)}"`;
  return random.chance(0.02) ? `"say ""${word}"""` : word;
}

/** Answers one line after the other. */
export function sampleLines(kind: SampleKind, random: Random): () => string {
  return makers[kind](random);
}
