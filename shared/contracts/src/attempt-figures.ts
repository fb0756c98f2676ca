/** How much went into an attempt and came out of it, as its news tells. */
import { z } from 'zod';
import type { Counters } from './counters.js';
import type { TaskKind } from './ids.js';

const count = z.number().int().nonnegative();

export const attemptFiguresSchema = z.object({
  /** Of a reduce attempt: what it read of segments. */
  input_records: count,
  input_bytes: count,
  /** Of the segment or the part, as stored. */
  output_records: count,
  output_bytes: count,
});
export type AttemptFigures = z.infer<typeof attemptFiguresSchema>;

interface Made {
  readonly counters: Counters;
  readonly records: number;
  readonly bytes: number;
}

export function attemptFigures(kind: TaskKind, { counters, records, bytes }: Made): AttemptFigures {
  const output = { output_records: records, output_bytes: bytes };
  return kind === 'map'
    ? { input_records: counters.map_input_records, input_bytes: counters.map_input_bytes, ...output }
    : { input_records: counters.reduce_input_records, input_bytes: counters.shuffle_bytes, ...output };
}
