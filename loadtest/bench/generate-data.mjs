/**
 * Seeded input files. The same size gives the same bytes, on every machine; a file that is there already is used again.
 * Words follow Zipf's law over 44,000 of them, as in English text.
 */
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '@gridmr/testkit';

const seed = 20_260_101;
const vocabulary = 44_000;
const chunkBytes = 1 << 20;

/** Writes `<kind>-<megabytes>mb.txt` into `directory` unless it is there, and answers its path. */
export function generateFile(directory, kind, megabytes) {
  const path = join(directory, `${kind}-${megabytes}mb.txt`);
  const bytes = megabytes * 1e6;
  if (existsSync(path) && statSync(path).size >= bytes) return path;
  const line = kinds[kind](new Random(seed));
  const file = openSync(`${path}.partial`, 'w');
  let written = 0;
  let chunk = '';
  while (written < bytes) {
    chunk += line();
    if (chunk.length < chunkBytes && written + chunk.length < bytes) continue;
    written += writeSync(file, chunk);
    chunk = '';
  }
  closeSync(file);
  renameSync(`${path}.partial`, path);
  return path;
}

/** Each makes one line after the other, with its end of line. */
const kinds = {
  words: random => {
    const word = zipfWords(random);
    return () => {
      let line = word();
      for (let i = random.int(6, 14); i > 0; i--) line += ` ${word()}`;
      return `${line}\n`;
    };
  },
  json: random => () =>
    `{"user":"u${random.int(1, 5000)}","amount":${random.int(1, 999)},"country":"${random.pick(countries)}","items":${random.int(1, 9)},"note":"${random.word(8, 24)}"}\n`,
  log: random => () => {
    const level = random.chance(0.02) ? 'ERROR' : random.pick(['INFO', 'DEBUG', 'WARN']);
    return `2026-01-${random.int(10, 28)}T${random.int(10, 23)}:${random.int(10, 59)}:00Z ${level} host-${random.int(1, 200)} request ${random.word(10, 30)} took ${random.int(1, 9000)} ms\n`;
  },
  records: random => () => {
    let line = '';
    while (line.length < 99) line += random.bits().toString(36).padStart(7, '0');
    return `${line.slice(0, 99)}\n`;
  },
};

const countries = ['DE', 'FR', 'US', 'BR', 'IN', 'JP', 'ZA', 'PL'];

function zipfWords(random) {
  const words = Array.from({ length: vocabulary }, () => random.word(2, 12));
  const sums = new Float64Array(vocabulary);
  let sum = 0;
  for (let i = 0; i < vocabulary; i++) {
    sum += 1 / (i + 1);
    sums[i] = sum;
  }
  return () => {
    const wanted = random.fraction() * sum;
    let low = 0;
    for (let high = vocabulary - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (sums[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return words[low];
  };
}
