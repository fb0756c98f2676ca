/** The part of the S3 protocol that GridMR speaks, over a bucket in memory. Signatures are not looked at. */
import type { IncomingMessage } from 'node:http';
import { ObjectBucket, Refusal, type StoredObject } from './object-bucket.js';
import { element, elements, xmlPage } from './s3-xml.js';

export interface BucketAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

interface BucketRequest {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const metadataPrefix = 'x-amz-meta-';
const pageKeysMax = 1000;

export class BucketRequests {
  readonly #buckets = new Map<string, ObjectBucket>();

  /** @param names of the buckets that there are */
  constructor(names: readonly string[]) {
    for (const name of names) this.#buckets.set(name, new ObjectBucket());
  }

  answer(method: string, url: string, headers: IncomingMessage['headers'], body: Buffer): BucketAnswer {
    // No `URL`, which takes `..` for a way up: here it is a name.
    const [path = '', search = ''] = url.split('?');
    const [, bucket = '', ...segments] = path.split('/').map(decodeURIComponent);
    const request = { method, key: segments.join('/'), query: new URLSearchParams(search), headers, body };
    try {
      const found = this.#buckets.get(bucket);
      if (found === undefined) throw new Refusal('NoSuchBucket', 404);
      return request.key === '' ? answerAboutBucket(found, request) : answerAboutObject(found, request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const body = method === 'HEAD' ? '' : xmlPage('Error', element('Code', error.code));
      return { status: error.status, body };
    }
  }
}

function answerAboutBucket(bucket: ObjectBucket, { method, query, body }: BucketRequest): BucketAnswer {
  if (method === 'HEAD') return { status: 200 };
  if (method === 'GET' && query.has('uploads')) return listUploads(bucket, query);
  if (method === 'GET' && query.get('list-type') === '2') return listKeys(bucket, query);
  if (method === 'POST' && query.has('delete')) {
    for (const key of elements(body.toString(), 'Key')) bucket.remove(key);
    return { status: 200, body: xmlPage('DeleteResult', '') };
  }
  throw new Refusal('NotImplemented', 501);
}

function answerAboutObject(bucket: ObjectBucket, request: BucketRequest): BucketAnswer {
  const { method, key, query, headers, body } = request;
  const uploadId = query.get('uploadId');
  if (method === 'POST' && query.has('uploads')) {
    const id = bucket.start(key, metadataOf(headers));
    return { status: 200, body: xmlPage('InitiateMultipartUploadResult', element('UploadId', id)) };
  }
  if (uploadId !== null) return answerAboutUpload(bucket, request, uploadId);
  if (method === 'GET' || method === 'HEAD') return read(bucket.find(key), method, headers);
  if (method === 'DELETE') {
    bucket.remove(key);
    return { status: 204 };
  }
  if (method !== 'PUT') throw new Refusal('NotImplemented', 501);
  const source = sourceOf(bucket, headers);
  const isFirst = headers['if-none-match'] === '*';
  // A copy with a condition is not something that all stores have.
  if (source !== undefined && isFirst) throw new Refusal('NotImplemented', 501);
  if (source === undefined)
    return { status: 200, headers: { etag: bucket.put(key, body, metadataOf(headers), isFirst).etag } };
  const { etag } = bucket.put(key, source.bytes, source.metadata, false);
  return { status: 200, body: xmlPage('CopyObjectResult', element('ETag', etag)) };
}

function answerAboutUpload(
  bucket: ObjectBucket,
  { method, query, headers, body }: BucketRequest,
  id: string,
): BucketAnswer {
  if (method === 'DELETE') {
    bucket.upload(id);
    bucket.uploads.delete(id);
    return { status: 204 };
  }
  if (method === 'POST') {
    const numbers = elements(body.toString(), 'PartNumber').map(Number);
    const { etag } = bucket.finish(id, numbers, headers['if-none-match'] === '*');
    return { status: 200, body: xmlPage('CompleteMultipartUploadResult', element('ETag', etag)) };
  }
  const source = sourceOf(bucket, headers);
  const range = rangeOf(headers['x-amz-copy-source-range']);
  const bytes = source === undefined ? body : source.bytes.subarray(range?.start, range?.end);
  const number = Number(query.get('partNumber'));
  bucket.upload(id).parts.set(number, bytes);
  const etag = `"part-${number}-${bytes.length}"`;
  if (source === undefined) return { status: 200, headers: { etag } };
  return { status: 200, body: xmlPage('CopyPartResult', element('ETag', etag)) };
}

function read(object: StoredObject, method: string, headers: IncomingMessage['headers']): BucketAnswer {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== object.etag) throw new Refusal('PreconditionFailed', 412);
  const range = rangeOf(headers.range);
  if (range !== undefined && range.start >= object.bytes.length) throw new Refusal('InvalidRange', 416);
  const bytes = object.bytes.subarray(range?.start, range?.end);
  const metadata = Object.entries(object.metadata).map(([name, value]) => [metadataPrefix + name, value]);
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...Object.fromEntries(metadata),
      'content-length': String(bytes.length),
      ...contentRange(range, bytes.length, object.bytes.length),
      etag: object.etag,
      'last-modified': object.modified.toUTCString(),
    },
    ...(method === 'GET' ? { body: bytes } : {}),
  };
}

function contentRange(
  range: { readonly start: number } | undefined,
  bytes: number,
  total: number,
): Record<string, string> {
  if (range === undefined) return {};
  return { 'content-range': `bytes ${range.start}-${range.start + bytes - 1}/${total}` };
}

function listKeys(bucket: ObjectBucket, query: URLSearchParams): BucketAnswer {
  const limit = Math.min(pageKeysMax, Number(query.get('max-keys') ?? pageKeysMax));
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const { items, isCut } = bucket.keys({ prefix, after, delimiter, limit });
  const lines = items.map(item => {
    if (delimiter !== '' && item.endsWith(delimiter) && item !== prefix)
      return element('CommonPrefixes', element('Prefix', encodeURIComponent(item)));
    const { bytes, modified, etag } = bucket.find(item);
    const about =
      element('Size', bytes.length) + element('LastModified', modified.toISOString()) + element('ETag', etag);
    return element('Contents', element('Key', encodeURIComponent(item)) + about);
  });
  const cut = element('IsTruncated', isCut) + (isCut ? element('NextContinuationToken', items.at(-1) ?? '') : '');
  return { status: 200, body: xmlPage('ListBucketResult', element('EncodingType', 'url') + cut + lines.join('')) };
}

function listUploads(bucket: ObjectBucket, query: URLSearchParams): BucketAnswer {
  const prefix = query.get('prefix') ?? '';
  const begun = [...bucket.uploads].filter(([, upload]) => upload.key.startsWith(prefix));
  const lines = begun.map(([id, { key }]) =>
    element('Upload', element('Key', encodeURIComponent(key)) + element('UploadId', id)),
  );
  return { status: 200, body: xmlPage('ListMultipartUploadsResult', lines.join('')) };
}

function metadataOf(headers: IncomingMessage['headers']): Record<string, string> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith(metadataPrefix));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(metadataPrefix.length), String(value)]));
}

function sourceOf(bucket: ObjectBucket, headers: IncomingMessage['headers']): StoredObject | undefined {
  const source = headers['x-amz-copy-source'];
  if (typeof source !== 'string') return undefined;
  const [, ...segments] = source.replace(/^\//, '').split('/').map(decodeURIComponent);
  return bucket.find(segments.join('/'));
}

/** `bytes=2-4` → 2 to before 5 */
function rangeOf(header: string | string[] | undefined): { start: number; end: number } | undefined {
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(String(header)) ?? [];
  return start === undefined ? undefined : { start: Number(start), end: Number(end) + 1 };
}
