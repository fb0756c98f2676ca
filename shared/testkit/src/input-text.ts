/** Seeded input files of the kinds that the catalogued programs understand. */
import type { Random } from '@gridmr/samples';

export type TextKind = 'words' | 'json' | 'numbers';

const cities = ['Bogotá', 'København', 'Ulaanbaatar', '東京', 'Nairobi', '🏝️ Tuvalu', 'New York'];

const writers: Record<TextKind, (random: Random) => string> = {
  words: random => Array.from({ length: random.int(0, 12) }, () => skewedWord(random)).join(' '),
  json: random =>
    JSON.stringify({ city: random.pick(cities), year: random.int(1990, 2030), amount: random.int(-1000, 100_000) }),
  numbers: random => String(random.pick([random.int(-50, 50), random.int(-1e9, 1e9), random.int(-999, 999) / 8])),
};

/** So many lines, each ended by a line feed. Words repeat as in real text: few often, many rarely. */
export function makeText(random: Random, kind: TextKind, lines: number): Uint8Array {
  return Buffer.from(Array.from({ length: lines }, () => `${writers[kind](random)}\n`).join(''));
}

function skewedWord(random: Random): string {
  return `we${Math.floor(1 / (random.fraction() + 0.0005))}`;
}
