/** Which of the measured numbers of workers a threshold is for. */
import { availableParallelism } from 'node:os';

/** The row of as many workers as there are cores to run them (with more there is nothing to gain), or of the fewest that were measured. */
export function asManyAsCores(rows) {
  const most = rows.toSorted((a, b) => b.workers - a.workers);
  const row = most.find(({ workers }) => workers <= availableParallelism()) ?? most.at(-1);
  console.log(`What must be so is judged with ${row.workers} workers.`);
  return row;
}
