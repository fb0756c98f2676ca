/**
 * Streams parts to a client: one file open at a time, read no faster than the client takes it, closed when the client
 * goes away. The files must have the sizes that the manifest says; a download that cannot be whole is cut off.
 */
import { pipeline } from 'node:stream/promises';
import { type OutputFormat, RequestError } from '@gridmr/contracts';
import { type BlobStore, StorageError } from '@gridmr/storage';
import type { Request, Response } from 'express';
import type { ResultPart } from './find-results.js';
import { takeLines } from './take-lines.js';
import { tsvToJsonl } from './tsv-to-jsonl.js';

export const resultMediaTypes: Readonly<Record<OutputFormat, string>> = {
  tsv: 'text/tab-separated-values',
  jsonl: 'application/x-ndjson',
};

export interface ResultStream {
  readonly parts: readonly ResultPart[];
  readonly stored: OutputFormat;
  /** At most so many records. */
  readonly limit: number | undefined;
}

/** Answers with the parts, one after the other, in the format that the client asks for. */
export async function streamResults(
  store: BlobStore,
  { parts, stored, limit }: ResultStream,
  request: Request,
  response: Response,
): Promise<void> {
  const sent = negotiate(request, stored);
  response.status(200).vary('accept').type(`${resultMediaTypes[sent]}; charset=utf-8`);
  if (sent === stored && limit === undefined) response.set('content-length', String(totalBytes(parts)));
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  let chunks: AsyncIterable<Uint8Array> = readParts(store, parts);
  if (limit !== undefined) chunks = takeLines(chunks, limit);
  if (sent !== stored) chunks = tsvToJsonl(chunks);
  await sendChunks(chunks, response);
}

/** The stored format, unless JSON lines are what the client likes better. */
function negotiate(request: Request, stored: OutputFormat): OutputFormat {
  const liked = request.accepts([resultMediaTypes[stored], resultMediaTypes.jsonl]);
  return liked === resultMediaTypes.jsonl ? 'jsonl' : stored;
}

function totalBytes(parts: readonly ResultPart[]): number {
  return parts.reduce((sum, part) => sum + part.bytes, 0);
}

async function* readParts(store: BlobStore, parts: readonly ResultPart[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part.bytes > 0) yield* readPart(store, part);
  }
}

async function* readPart(store: BlobStore, part: ResultPart): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of store.readStream(part.path) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > part.bytes) break;
      yield chunk;
    }
  } catch (error) {
    throw isMissing(error)
      ? new RequestError('no_results', `${part.path} is no longer there`, {}, { cause: error })
      : error;
  }
  if (bytes !== part.bytes) throw new Error(`${part.path} has not the ${part.bytes} bytes that its manifest says`);
}

function isMissing(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'not_found';
}

/** The first chunk is read before anything is sent, so that what is wrong from the start is still told as a problem. */
async function sendChunks(chunks: AsyncIterable<Uint8Array>, response: Response): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let failure: unknown;
  const all = async function* (first: IteratorResult<Uint8Array>) {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    await pipeline(all(await iterator.next()), response);
  } catch (error) {
    // Otherwise the client went away, and nobody is left to be told.
    if (!response.destroyed || failure !== undefined) throw failure ?? error;
  } finally {
    await iterator.return?.();
  }
}
