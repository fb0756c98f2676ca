/**
 * Secondary sort: the readings of each station in order of time, and how each differs from the one before.
 *
 * The values of one key come in no useful order, and may be too many to be sorted in memory. Keys do come in order: so the time becomes part of the
 * key, `[station, time]`, and `partition` looks at the station alone, so that all of a station's keys meet in one reduce task, one after the other.
 *
 *     npx gridmr run examples/secondary-sort.mjs
 */
export const job = {
  name: 'temperature changes',
  input_file: 'examples/readings.csv',
  input_format: 'csv',
  num_reducers: 2,
};

let before;

export function map({ station, time, celsius }) {
  return [[[station, time], Number(celsius)]];
}

export function partition([station], reducers) {
  let hash = 0;
  for (const character of station) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  return hash % reducers;
}

export function* reduce(key, celsius) {
  const [station] = key;
  for (const now of celsius) {
    const change = before?.station === station ? Math.round((now - before.celsius) * 10) / 10 : 0;
    yield [key, change];
    before = { station, celsius: now };
  }
}
