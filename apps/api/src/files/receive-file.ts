/**
 * An upload: the body goes to a file of the platform's own, and takes its name when all of it is there and right; so a name shows the whole file
 * or what was there before, and a connection that breaks leaves nothing.
 *
 * Order: rights, what stands there, length, quota set aside, bytes, digest, disk, name, quota settled. What a process that dies leaves behind, file and
 * quota, the sweep takes away (`sweep/sweep-uploads.ts`).
 */
import { createHash } from 'node:crypto';
import { fileLimits, RequestError, randomToken, type StoredFile, uploadsDirectory } from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import type { Request } from 'express';
import type { Caller } from '../access/caller.js';
import type { ApiDependencies } from '../dependencies.js';
import { noSuchFile, ownerOfPath, readablePath, refuseUnlessOwn } from './file-rights.js';
import { fileView } from './list-files.js';
import { QuotaShare } from './quota-share.js';

export interface Upload {
  readonly path: string;
  /** Only if nothing is there. */
  readonly isNew: boolean;
  /** SHA-256 that the content must have, in base64. */
  readonly sha256: string | undefined;
}

export interface Received {
  readonly file: StoredFile;
  readonly isNew: boolean;
}

const uploadIdLength = 20;

export async function receiveFile(
  dependencies: ApiDependencies,
  caller: Caller,
  { path: given, isNew, sha256 }: Upload,
  request: Request,
): Promise<Received> {
  const path = readablePath(given);
  await refuseUnlessOwn(dependencies, caller, path);
  const { store, fileRules } = dependencies;
  if (isNew && (await store.stat(path)) !== undefined) throw fileExists(path);
  const length = lengthOf(request, fileRules.bytesMax);
  const uploadId = randomToken(uploadIdLength);
  await using share = await QuotaShare.take(dependencies, caller, uploadId, length ?? 0);
  const staged = `${uploadsDirectory}/${uploadId}`;
  try {
    const bytes = await receive(dependencies, staged, request, { length, sha256, share });
    return await share.inTurn(ownerOfPath(path), () => takeName(dependencies, { path, isNew, staged, bytes, share }));
  } finally {
    await store.remove(staged);
  }
}

interface Expected {
  readonly length: number | undefined;
  readonly sha256: string | undefined;
  readonly share: QuotaShare;
}

async function receive(
  { store, fileRules }: ApiDependencies,
  staged: string,
  request: Request,
  { length, sha256, share }: Expected,
): Promise<number> {
  await using upload = await store.createUpload(staged);
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(request)) {
    bytes += chunk.length;
    if (bytes > fileRules.bytesMax) throw tooLarge(fileRules.bytesMax);
    await share.cover(bytes);
    hash?.update(chunk);
    await upload.write(chunk);
  }
  if (length !== undefined && bytes !== length) throw cutShort();
  if (hash !== undefined && hash.digest('base64') !== sha256) {
    throw new RequestError(
      'digest_mismatch',
      'The SHA-256 of what arrived is not the one in Content-Digest; send it again',
    );
  }
  await upload.finish();
  return bytes;
}

/** Ends with an error if the connection breaks, or nothing arrives for too long. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  request.setTimeout(fileLimits.uploadIdleMs, () => request.destroy());
  try {
    // Whoever refuses the rest still has an answer to give, over this connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk;
  } catch (cause) {
    if (cause instanceof Error && request.readableAborted) throw cutShort({ cause });
    throw cause;
  } finally {
    request.setTimeout(0);
  }
}

interface Finished {
  readonly path: string;
  readonly isNew: boolean;
  readonly staged: string;
  readonly bytes: number;
  readonly share: QuotaShare;
}

async function takeName(
  { store }: ApiDependencies,
  { path, isNew, staged, bytes, share }: Finished,
): Promise<Received> {
  const before = await store.stat(path);
  try {
    if (isNew) {
      if (!(await store.renameFirst(staged, path))) throw fileExists(path);
    } else await store.rename(staged, path);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not_a_file') throw pathTaken(path, error);
    throw error;
  }
  await share.settle({ bytes: bytes - (before?.bytes ?? 0), files: before === undefined ? 1 : 0 });
  const stored = await store.stat(path);
  if (stored === undefined) throw noSuchFile(path);
  return { file: fileView(stored), isNew: before === undefined };
}

function lengthOf(request: Request, bytesMax: number): number | undefined {
  const encoding = request.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    const detail =
      'Files are stored as they are sent: leave Content-Encoding out, and name a compressed file .gz or .zst';
    throw new RequestError('media_type_not_supported', detail);
  }
  if (request.get('content-range') !== undefined) {
    throw new RequestError('invalid_request', 'A file is uploaded whole: leave Content-Range out');
  }
  const given = request.get('content-length');
  if (given === undefined) return undefined;
  if (Number(given) > bytesMax) throw tooLarge(bytesMax);
  return Number(given);
}

function tooLarge(bytesMax: number): RequestError {
  return new RequestError('body_too_large', `A file may have at most ${bytesMax} bytes (GRIDMR_UPLOAD_MAX_MB)`);
}

function cutShort(options?: ErrorOptions): RequestError {
  return new RequestError('invalid_request', 'The upload was cut short; nothing of it is kept', {}, options);
}

function fileExists(path: string): RequestError {
  return new RequestError('file_exists', `${path} exists, and If-None-Match: * asks not to replace it`);
}

function pathTaken(path: string, cause: unknown): RequestError {
  const detail = `${path} is a directory, or a name before it in the path is a file`;
  return new RequestError('path_taken', detail, {}, { cause });
}
