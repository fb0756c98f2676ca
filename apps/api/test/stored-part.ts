/** Parts as workers write them, from pairs. */
import type { OutputCompression, OutputFormat, WrittenFile } from '@gridmr/contracts';
import { encodeJsonKeys, type Key, PartWriter } from '@gridmr/engine';

export type Pair = readonly [key: Key, value: unknown];

export interface StoredPart {
  readonly content: Buffer;
  readonly written: WrittenFile;
}

export function storedPart(
  pairs: readonly Pair[],
  format: OutputFormat,
  compression: OutputCompression = 'none',
): StoredPart {
  const pieces: Uint8Array[] = [];
  const sink = { writeSync: (bytes: Uint8Array) => void pieces.push(bytes.slice()) };
  const writer = new PartWriter(sink, { format, compression, writeBufferBytes: 1 << 16, tallyKeys: true });
  let end = 0;
  const values = pairs.map(([, value]) => Buffer.from(JSON.stringify(value)));
  const valueEnds = Uint32Array.from(values, value => {
    end += value.length;
    return end;
  });
  const keys = encodeJsonKeys(pairs.map(([key]) => key));
  writer.write({ count: pairs.length, ...keys, valueBytes: Buffer.concat(values), valueEnds, partitions: undefined });
  const written = writer.finish();
  return { content: Buffer.concat(pieces), written };
}
