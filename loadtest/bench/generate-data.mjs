/** Seeded input files. The same size gives the same bytes, on every machine; a file that is there already is used again. */
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sampleChunks } from '@gridmr/samples';

/** Writes `<kind>-<megabytes>mb.txt` into `directory` unless it is there, and answers its path. */
export function generateFile(directory, kind, megabytes) {
  const path = join(directory, `${kind}-${megabytes}mb.txt`);
  const bytes = megabytes * 1e6;
  if (existsSync(path) && statSync(path).size >= bytes) return path;
  const file = openSync(`${path}.partial`, 'w');
  for (const chunk of sampleChunks(kind, bytes)) writeSync(file, chunk);
  closeSync(file);
  renameSync(`${path}.partial`, path);
  return path;
}
