/**
 * Answers with a job's results: in the format and encoding that the client likes best, read no faster than the client takes them, and
 * with all files closed when it goes away. A download that cannot be right to its end is cut off.
 */
import { pipeline } from 'node:stream/promises';
import { type OutputFormat, outputFormatSchema, resultMediaTypes } from '@gridmr/contracts';
import type { BlobStore } from '@gridmr/storage';
import type { Request, Response } from 'express';
import { gzippedParts, type ResultRequest, resultChunks } from './result-chunks.js';

export async function streamResults(
  store: BlobStore,
  results: ResultRequest,
  request: Request,
  response: Response,
): Promise<void> {
  const { parts, stored, compression, limit, order } = results;
  const sent = negotiate(request, stored);
  const isWhole = sent === stored && limit === undefined;
  const asStored = compression === 'gzip' && isWhole && order === undefined && takesGzip(request);
  response.status(200).vary('accept').set('content-type', contentTypes[sent]);
  if (compression === 'gzip') response.vary('accept-encoding');
  if (asStored) response.set('content-encoding', 'gzip');
  else if (isWhole) response.set('content-length', String(parts.reduce((sum, part) => sum + part.textBytes, 0)));
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await sendChunks(asStored ? gzippedParts(store, parts) : resultChunks(store, results, sent), response);
}

const contentTypes: Readonly<Record<OutputFormat, string>> = {
  tsv: `${resultMediaTypes.tsv}; charset=utf-8`,
  csv: `${resultMediaTypes.csv}; charset=utf-8; header=absent`,
  jsonl: `${resultMediaTypes.jsonl}; charset=utf-8`,
};

/** The stored format, unless there is another one that the client likes better. */
function negotiate(request: Request, stored: OutputFormat): OutputFormat {
  const formats = [stored, ...outputFormatSchema.options.filter(format => format !== stored)];
  const liked = request.accepts(formats.map(format => resultMediaTypes[format]));
  return formats.find(format => resultMediaTypes[format] === liked) ?? stored;
}

/** Only who says so: without the header, some clients would not know what to do with it. */
function takesGzip(request: Request): boolean {
  return request.headers['accept-encoding'] !== undefined && request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
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
