/** Parts as workers write them, from pairs. */
import type { OutputCompression, OutputFormat, WrittenFile } from '@gridmr/contracts';
import { encodeKey, type Key, PartWriter } from '@gridmr/engine';

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
  const keys = pairs.map(([key]) => encodeKey(key));
  const values = pairs.map(([, value]) => Buffer.from(JSON.stringify(value)));
  writer.write({
    count: pairs.length,
    keyBytes: Buffer.concat(keys),
    keyEnds: endsOf(keys),
    values: { kind: 'texts', bytes: Buffer.concat(values), ends: endsOf(values) },
    partitions: undefined,
  });
  const written = writer.finish();
  return { content: Buffer.concat(pieces), written };
}

function endsOf(pieces: readonly Uint8Array[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(pieces, piece => {
    end += piece.length;
    return end;
  });
}
