/** MapReduce as one would write it without any thought for size: the oracle of the engine's tests. */
import { decodeKey, encodeKey, type Key } from '../dist/key-encoding.js';
import { hashKey } from '../dist/partition.js';
import type { Job } from './run-job.js';

/** The lines of every part, and how many records and groups went by. */
export function naiveJob(job: Job): { parts: string[]; groups: number; records: number } {
  const partitions = Array.from({ length: job.reducers }, () => new Map<string, { key: Key; values: unknown[] }>());
  let records = 0;
  for (const blocks of job.tasks) {
    for (const line of blocks.flat()) {
      job.program.map(line, (key, value) => {
        const encoded = encodeKey(key);
        const p = job.program.partition?.(key, job.reducers) ?? hashKey(encoded, 0, encoded.length) % job.reducers;
        const name = Buffer.from(encoded).toString('latin1');
        const group = partitions[p]!.get(name) ?? { key: decodeKey(encoded), values: [] };
        partitions[p]!.set(name, group);
        group.values.push(value);
        records++;
      });
    }
  }
  const parts = partitions.map(groups => {
    const names = [...groups.keys()].sort((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
    let lines = '';
    for (const name of names) {
      const { key, values } = groups.get(name)!;
      job.program.reduce!(key, values[Symbol.iterator]() as never, (k, value) => {
        lines += `${JSON.stringify({ key: decodeKey(encodeKey(k)), value })}\n`;
      });
    }
    return lines;
  });
  return { parts, groups: partitions.reduce((sum, { size }) => sum + size, 0), records };
}
