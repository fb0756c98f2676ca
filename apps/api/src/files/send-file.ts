/** A download: the whole file or one range of it, unless the client has it already. Read no faster than the client takes it. */
import { pipeline } from 'node:stream/promises';
import { RequestError } from '@gridmr/contracts';
import { type BlobDownload, type ByteRange, StorageError } from '@gridmr/storage';
import type { Request, Response } from 'express';
import type { Caller } from '../access/caller.js';
import type { ApiDependencies } from '../dependencies.js';
import { noSuchFile, readablePath, refuseForeign } from './file-rights.js';

export async function sendFile(
  dependencies: ApiDependencies,
  caller: Caller,
  given: string,
  request: Request,
  response: Response,
): Promise<void> {
  const path = readablePath(given);
  await refuseForeign(dependencies, caller, path);
  await using file = await open(dependencies, path);
  describe(file, response);
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const range = rangeOf(file, request, response);
  const { start, end } = range ?? { start: 0, end: file.bytes };
  response.status(range === undefined ? 200 : 206).set('content-length', String(end - start));
  if (range !== undefined) response.set('content-range', `bytes ${start}-${end - 1}/${file.bytes}`);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await send(file, { start, end }, response);
}

async function open({ store }: ApiDependencies, path: string): Promise<BlobDownload> {
  try {
    return await store.openDownload(path);
  } catch (error) {
    const isNothing = error instanceof StorageError && (error.code === 'not_found' || error.code === 'not_a_file');
    throw isNothing ? noSuchFile(path) : error;
  }
}

/** Never as a page: whoever uploads one must not have it run in the browsers of others. */
function describe(file: BlobDownload, response: Response): void {
  response
    .attachment(file.path.split('/').at(-1))
    .type('application/octet-stream')
    .set('accept-ranges', 'bytes')
    .set('cache-control', 'private, no-cache')
    .set('etag', `"${file.version}"`)
    .set('last-modified', new Date(file.modifiedMs).toUTCString());
}

/** The one range that is asked for; undefined for the whole file, which several ranges get too. Throws `range_not_satisfiable`. */
function rangeOf(file: BlobDownload, request: Request, response: Response): ByteRange | undefined {
  if (!isStillThat(request.get('if-range'), response)) return undefined;
  const ranges = request.range(file.bytes);
  if (ranges === -1) {
    response.set('content-range', `bytes */${file.bytes}`);
    throw new RequestError('range_not_satisfiable', `The file has ${file.bytes} bytes`);
  }
  if (ranges === undefined || ranges === -2 || ranges.length !== 1 || ranges.type !== 'bytes') return undefined;
  const [{ start, end } = { start: 0, end: file.bytes - 1 }] = ranges;
  return { start, end: end + 1 };
}

/** A client that has a part of a file wants more of that one only. */
function isStillThat(condition: string | undefined, response: Response): boolean {
  return condition === undefined || condition === response.get('etag') || condition === response.get('last-modified');
}

async function send(file: BlobDownload, range: ByteRange, response: Response): Promise<void> {
  let failure: unknown;
  const pieces = async function* () {
    try {
      yield* file.pieces(range);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    await pipeline(pieces, response);
  } catch (error) {
    // Otherwise the client went away, and nobody is left to be told.
    if (!response.destroyed || failure !== undefined) throw failure ?? error;
  }
}
