/**
 * One seed for a whole run of the tests. A failed run prints it; `GRIDMR_TEST_SEED=<seed> npm test` repeats the run.
 */
import { Random } from '@gridmr/samples';

const defaultSeed = 20_260_101;

/** The seed of this run. Throws if `GRIDMR_TEST_SEED` is not a whole number. */
export const testSeed = seedFromEnvironment(process.env.GRIDMR_TEST_SEED);

export function seedFromEnvironment(text: string | undefined): number {
  if (text === undefined || text === '') return defaultSeed;
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error(`GRIDMR_TEST_SEED must be a whole number, but is "${text}"`);
  return seed | 0;
}

/** A generator of its own for each purpose, so that one more draw in one test does not change the data of another. */
export function randomFor(purpose: string): Random {
  let mixed = testSeed;
  for (let i = 0; i < purpose.length; i++) mixed = Math.imul(mixed ^ purpose.charCodeAt(i), 0x01000193);
  return new Random(mixed);
}

/** Options for `fc.assert`: the seed of this run. */
export function propertyOptions(numRuns: number): { seed: number; numRuns: number } {
  return { seed: testSeed, numRuns };
}
