/** The results of a local run on standard output: part after part, decompressed. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { partNamePattern } from '@gridmr/contracts';
import type { CommandLine } from '../command-line.js';

export async function printParts(cli: CommandLine, directory: string): Promise<void> {
  const names = (await readdir(directory)).filter(name => partNamePattern.test(name));
  for (const name of names.sort(byNumber)) {
    const file = createReadStream(join(directory, name));
    const stream = name.endsWith('.gz') ? file.pipe(createGunzip()) : file;
    for await (const chunk of stream) await cli.write(chunk);
  }
}

/** Beyond 100,000 parts their numbers have more digits. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
