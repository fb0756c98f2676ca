/**
 * The bytes of a results answer, from the parts' files: opened, decompressed, merged, limited, converted; each only if it is asked for.
 * Nothing is read before it is wanted, and files are closed when whoever reads stops.
 */
import { type OutputCompression, type OutputFormat, resultLimits } from '@gridmr/contracts';
import type { BlobStore } from '@gridmr/storage';
import { convertRecords } from './convert-records.js';
import type { ResultPart } from './find-results.js';
import { inflateChunks, joinGzip } from './gzip-parts.js';
import { keyKindsOf, mergedKeyKindsOf } from './key-kinds.js';
import { mergeRecords } from './merge-records.js';
import { inflatePartInWindows, readPart, readPartInWindows } from './read-part.js';
import { RecordCursor } from './record-cursor.js';
import { takeRecords } from './take-records.js';

export interface ResultRequest {
  readonly parts: readonly ResultPart[];
  readonly stored: OutputFormat;
  readonly compression: OutputCompression;
  /** At most so many records. */
  readonly limit: number | undefined;
  readonly order: 'key' | undefined;
}

/** The records in the format `sent`. */
export function resultChunks(store: BlobStore, results: ResultRequest, sent: OutputFormat): AsyncIterable<Uint8Array> {
  const { parts, stored, limit, order } = results;
  let chunks = order === 'key' ? mergedParts(store, results) : textOfParts(store, results);
  if (limit !== undefined) chunks = takeRecords(chunks, stored, limit);
  if (sent === stored) return chunks;
  return convertRecords(chunks, stored, sent, order === 'key' ? mergedKeyKindsOf(parts) : keyKindsOf(parts));
}

/** Compressed parts as one stream of gzip. */
export function gzippedParts(store: BlobStore, parts: readonly ResultPart[]): AsyncIterable<Uint8Array> {
  return joinGzip(inTurn(parts, part => readPart(store, part)));
}

function textOfParts(store: BlobStore, { parts, compression }: ResultRequest): AsyncGenerator<Uint8Array> {
  const chunks = inTurn(parts, part => readPart(store, part));
  return compression === 'gzip' ? inflateChunks(chunks) : chunks;
}

async function* inTurn(
  parts: readonly ResultPart[],
  read: (part: ResultPart) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part.bytes > 0) yield* read(part);
  }
}

function mergedParts(store: BlobStore, { parts, stored, compression }: ResultRequest): AsyncGenerator<Uint8Array> {
  const filled = parts.filter(part => part.textBytes > 0);
  const read =
    filled.length > resultLimits.openPartsMax
      ? windowReader(store, compression, filled.length)
      : wholeReader(store, compression);
  return mergeRecords(filled.map((part, i) => new RecordCursor(i, read(part), stored, keyKindsOf([part]))));
}

type Reader = (part: ResultPart) => AsyncIterable<Uint8Array>;

function wholeReader(store: BlobStore, compression: OutputCompression): Reader {
  if (compression === 'gzip') return part => inflateChunks(readPart(store, part));
  return part => readPart(store, part);
}

function windowReader(store: BlobStore, compression: OutputCompression, parts: number): Reader {
  const { windowsBytes, windowBytesMin, windowBytesMax } = resultLimits;
  const windowBytes = Math.min(Math.max(Math.floor(windowsBytes / parts), windowBytesMin), windowBytesMax);
  if (compression === 'gzip') return part => inflatePartInWindows(store, part, windowBytes);
  return part => readPartInWindows(store, part, windowBytes);
}
