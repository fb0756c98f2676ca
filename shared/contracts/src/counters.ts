/** Counters: sums over committed attempts. `user` holds what `ctx.count` counted. */
import { z } from 'zod';

const count = z.number().int().nonnegative();

export const counterNames = [
  'map_input_records',
  'map_input_bytes',
  'map_output_records',
  'map_output_bytes',
  'combine_input_records',
  'combine_output_records',
  'spilled_records',
  'shuffle_bytes',
  'reduce_input_groups',
  'reduce_input_records',
  'reduce_output_records',
  'reduce_output_bytes',
  'skipped_records',
  'cpu_ms',
] as const;
export type CounterName = (typeof counterNames)[number];

/** Counted over all attempts, not only committed ones. */
export const attemptCounterNames = ['failed_attempts', 'lost_attempts', 'speculative_attempts'] as const;

const shape = Object.fromEntries([...counterNames, ...attemptCounterNames].map(name => [name, count.default(0)])) as {
  [name in CounterName | (typeof attemptCounterNames)[number]]: z.ZodDefault<typeof count>;
};

/** User counters may go down (`ctx.count(name, -1)`), so they are any finite number. */
export const countersSchema = z.strictObject({ ...shape, user: z.record(z.string(), z.number()).default({}) });
export type Counters = z.infer<typeof countersSchema>;

export function zeroCounters(): Counters {
  return countersSchema.parse({});
}

/** Adds `more` to `sum` in place, name by name. */
export function addCounters(sum: Counters, more: Counters): void {
  for (const name of [...counterNames, ...attemptCounterNames]) sum[name] += more[name];
  for (const [name, n] of Object.entries(more.user)) {
    // `Object.hasOwn` and `defineProperty`: a user may name a counter `__proto__`.
    const before = Object.hasOwn(sum.user, name) ? (sum.user[name] ?? 0) : 0;
    Object.defineProperty(sum.user, name, { value: before + n, enumerable: true, writable: true, configurable: true });
  }
}
