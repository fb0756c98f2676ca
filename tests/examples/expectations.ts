/** What each example must give, computed in plain JavaScript over whole files: lines, in any order. */
import { readFile } from 'node:fs/promises';
import { inputDirectory, readBooks, readInput, readRows } from './inputs.js';

export interface Example {
  /** Of its job file. */
  readonly name: string;
  readonly expected: () => Promise<string[]>;
  /** The user's counters that it must leave. */
  readonly counters?: () => Promise<Record<string, number>>;
}

export const examples: readonly Example[] = [
  { name: 'word-count', expected: countWords },
  { name: 'inverted-index', expected: indexWords },
  { name: 'log-analysis', expected: analyseLog, counters: async () => ({ 'lines not understood': 6 }) },
  { name: 'etl', expected: convertOrders },
  { name: 'top-k', expected: greatestOrders },
  { name: 'secondary-sort', expected: temperatureChanges },
  { name: 'join', expected: ordersWithNames },
  { name: 'image-histogram', expected: brightness },
];

const line = (key: unknown, value: unknown) =>
  `${typeof key === 'string' ? key : JSON.stringify(key)}\t${typeof value === 'string' ? value : JSON.stringify(value)}`;
const jsonLine = (key: unknown, value: unknown) => JSON.stringify({ key, value });

async function countWords(): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const words of (await readBooks()).values()) {
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => line(word, count));
}

async function indexWords(): Promise<string[]> {
  const found = new Map<string, Set<string>>();
  for (const [book, words] of await readBooks()) {
    for (const word of words) found.set(word, (found.get(word) ?? new Set()).add(`books/${book}`));
  }
  return [...found].map(([word, paths]) => line(word, [...paths].sort()));
}

async function analyseLog(): Promise<string[]> {
  const pages = new Map<string, { status: number; ms: number }[]>();
  for (const entry of (await readInput('access-log.txt')).trimEnd().split('\n')) {
    const words = entry.split(' ');
    if (words.length !== 11) continue;
    const page =
      (words[6] ?? '').split('?')[0]?.replace('/12', '/:id').replace('/7', '/:id').replace('/3', '/:id') ?? '';
    pages.set(page, [...(pages.get(page) ?? []), { status: Number(words[8]), ms: Number(words[10]) }]);
  }
  return [...pages].map(([page, hits]) => {
    const times = hits.map(({ ms }) => ms);
    return jsonLine(page, {
      hits: hits.length,
      errors: hits.filter(({ status }) => status === 500).length,
      mean_ms: Math.round(times.reduce((a, b) => a + b) / hits.length),
      slowest_ms: Math.max(...times),
    });
  });
}

async function convertOrders(): Promise<string[]> {
  const lines: string[] = [];
  for (const [order = '', customer, amount = '', note = ''] of await readRows('orders.csv')) {
    if (order === '?' || ['', 'none', '-1'].includes(amount)) continue;
    const [euros, cents] = amount.split('.');
    lines.push(
      jsonLine(Number(order), {
        customer: Number(customer),
        cents: Number(`${euros}${cents}`),
        note: note === '' ? null : note,
      }),
    );
  }
  return lines;
}

async function greatestOrders(): Promise<string[]> {
  const amounts = (await readRows('orders.csv')).filter(([, , amount = '']) => amount.includes('.'));
  const sorted = amounts.sort(([, , a], [, , b]) => Number(b) - Number(a)).slice(0, 5);
  return sorted.map(([order, , amount], place) => line(place + 1, [order, Number(amount)]));
}

async function temperatureChanges(): Promise<string[]> {
  const stations = new Map<string, [string, number][]>();
  for (const [station = '', time = '', celsius] of await readRows('readings.csv')) {
    stations.set(station, [...(stations.get(station) ?? []), [time, Number(celsius)]]);
  }
  return [...stations].flatMap(([station, readings]) => {
    const sorted = readings.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted.map(([time, celsius], i) => {
      const before = sorted[i - 1]?.[1] ?? celsius;
      return line([station, time], Math.round((celsius - before) * 10) / 10);
    });
  });
}

async function ordersWithNames(): Promise<string[]> {
  const names = new Map((await readRows('customers.csv')).map(([id, name]) => [id, name]));
  return (await readRows('orders.csv')).flatMap(([order, customer]) => {
    const name = names.get(customer);
    return name === undefined ? [] : [line(order, name)];
  });
}

async function brightness(): Promise<string[]> {
  const all: number[] = [];
  const lines: string[] = [];
  for (const name of ['dawn.ppm', 'night.ppm', 'noon.ppm']) {
    const bytes = await readFile(`${inputDirectory}examples/images/${name}`);
    // The header ends with the third line.
    let at = 0;
    for (let newlines = 0; newlines < 3; at++) if (bytes[at] === 10) newlines++;
    const steps: number[] = [];
    for (; at < bytes.length; at += 3) {
      const [red = 0, green = 0, blue = 0] = bytes.subarray(at, at + 3);
      steps.push((299 * red + 587 * green + 114 * blue) / 1000 / 32);
    }
    all.push(...steps);
    lines.push(line(name, histogram(steps)));
  }
  return [...lines, line('all', histogram(all))];
}

function histogram(steps: readonly number[]): number[] {
  return Array.from({ length: 8 }, (_, step) => steps.filter(value => value >= step && value < step + 1).length);
}
