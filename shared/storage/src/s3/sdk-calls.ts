/**
 * The calls of an object store, made with the AWS SDK. Each is made once: whoever makes calls again is `patient-calls.ts`. Only this file knows the SDK, and it is
 * loaded when a store of this kind is opened.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { objectStoreLimits } from '@gridmr/contracts';
import type { ObjectAddress } from './object-address.js';
import type { Answer, Argument, ListPage, ListRequest, ObjectCalls, ObjectHead } from './object-calls.js';
import { ObjectError } from './object-errors.js';
import { objectErrorOf } from './sdk-faults.js';

/** Of the metadata that says whose content it is: `x-amz-meta-gridmr-token`. */
const tokenName = 'gridmr-token';
/** Keys with these cannot be named in XML, where many are named at once. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const beyondXml = /[\u0000-\u001f\ufffe\uffff]|\p{Surrogate}/u;

export class SdkCalls implements ObjectCalls {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ bucket, endpoint, region, pathStyle }: ObjectAddress) {
    const agent = { maxSockets: objectStoreLimits.connectionsMax, keepAlive: true };
    this.#bucket = bucket;
    this.#client = new S3Client({
      ...regionOf(region, endpoint),
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle: pathStyle,
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: objectStoreLimits.connectMs,
        socketTimeout: objectStoreLimits.idleMs,
        httpAgent: agent,
        httpsAgent: agent,
      },
    });
  }

  check(): Promise<undefined> {
    return asked(async abortSignal => {
      try {
        await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal });
      } catch (error) {
        const { fault, code, message } = objectErrorOf(error);
        throw fault === 'missing' ? new ObjectError('no_bucket', code, message, { cause: error }) : error;
      }
      return undefined;
    });
  }

  head(key: string): Promise<ObjectHead | undefined> {
    return asked(async abortSignal => {
      try {
        const head = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }), {
          abortSignal,
        });
        return {
          bytes: head.ContentLength ?? 0,
          modifiedMs: head.LastModified?.getTime() ?? 0,
          etag: head.ETag ?? '',
          token: head.Metadata?.[tokenName],
        };
      } catch (error) {
        if (objectErrorOf(error).fault === 'missing') return undefined;
        throw error;
      }
    });
  }

  read({ key, bytesMax }: Argument<'read'>): Promise<Answer<'read'>> {
    return asked(async abortSignal => {
      const Range = `bytes=0-${Math.max(0, bytesMax - 1)}`;
      try {
        const request = new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range });
        const { Body, ContentLength, ContentRange } = await this.#client.send(request, { abortSignal });
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        if (bytes.length !== ContentLength) throw incomplete(bytes.length, ContentLength);
        const [, total = bytes.length] = /\/(\d+)$/.exec(ContentRange ?? '') ?? [];
        return { bytes, total: Number(total) };
      } catch (error) {
        // Of nothing, not even the first byte can be had.
        if (objectErrorOf(error).code.startsWith('InvalidRange')) return { bytes: new Uint8Array(), total: 0 };
        throw error;
      }
    });
  }

  get({ key, start, end, etag }: Argument<'get'>): Promise<Uint8Array> {
    return asked(async abortSignal => {
      const Range = `bytes=${start}-${end - 1}`;
      const request = new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range, IfMatch: etag });
      const { Body } = await this.#client.send(request, { abortSignal });
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      if (bytes.length !== end - start) throw incomplete(bytes.length, end - start);
      return bytes;
    });
  }

  put({ key, bytes, token, isFirst = false }: Argument<'put'>): Promise<boolean> {
    const put = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ContentLength: bytes.length,
      Metadata: { [tokenName]: token },
      ...(isFirst ? { IfNoneMatch: '*' } : {}),
    });
    return this.#first(key, token, abortSignal => this.#client.send(put, { abortSignal }));
  }

  async remove(keys: readonly string[]): Promise<undefined> {
    const many = keys.length === 1 ? [] : keys.filter(key => !beyondXml.test(key));
    if (many.length > 0) await this.#removeMany(many);
    for (const Key of keys.length === 1 ? keys : keys.filter(key => beyondXml.test(key))) {
      const request = new DeleteObjectCommand({ Bucket: this.#bucket, Key });
      await asked(abortSignal => this.#client.send(request, { abortSignal }));
    }
    return undefined;
  }

  list({ prefix, after, delimited = false, next, limit }: ListRequest): Promise<ListPage> {
    return asked(async abortSignal => {
      const request = new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: prefix,
        StartAfter: after,
        ContinuationToken: next,
        MaxKeys: limit,
        // XML cannot hold every character that a key may have.
        EncodingType: 'url',
        ...(delimited ? { Delimiter: '/' } : {}),
      });
      const page = await this.#client.send(request, { abortSignal });
      return {
        objects: (page.Contents ?? []).map(({ Key, Size, LastModified }) => ({
          key: decodedKey(Key),
          bytes: Size ?? 0,
          modifiedMs: LastModified?.getTime() ?? 0,
        })),
        prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => decodedKey(Prefix)),
        next: page.IsTruncated ? page.NextContinuationToken : undefined,
      };
    });
  }

  copy({ from, to }: Argument<'copy'>): Promise<undefined> {
    return asked(async abortSignal => {
      const request = new CopyObjectCommand({ Bucket: this.#bucket, Key: to, CopySource: this.#source(from) });
      await this.#client.send(request, { abortSignal });
      return undefined;
    });
  }

  startParts({ key, token }: Argument<'startParts'>): Promise<string> {
    return asked(async abortSignal => {
      const Metadata = { [tokenName]: token };
      const request = new CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key, Metadata });
      const { UploadId } = await this.#client.send(request, { abortSignal });
      if (UploadId === undefined) throw new ObjectError('passing', 'NoUploadId', 'the store gave the upload no id');
      return UploadId;
    });
  }

  putPart({ key, uploadId, number, bytes }: Argument<'putPart'>): Promise<string> {
    return asked(async abortSignal => {
      const place = { Bucket: this.#bucket, Key: key, UploadId: uploadId, PartNumber: number };
      const request = new UploadPartCommand({ ...place, Body: bytes, ContentLength: bytes.length });
      return (await this.#client.send(request, { abortSignal })).ETag ?? '';
    });
  }

  copyPart({ key, uploadId, number, from, start, end }: Argument<'copyPart'>): Promise<string> {
    return asked(async abortSignal => {
      const place = { Bucket: this.#bucket, Key: key, UploadId: uploadId, PartNumber: number };
      const range = { CopySource: this.#source(from), CopySourceRange: `bytes=${start}-${end - 1}` };
      const answer = await this.#client.send(new UploadPartCopyCommand({ ...place, ...range }), { abortSignal });
      return answer.CopyPartResult?.ETag ?? '';
    });
  }

  finishParts({ key, uploadId, token, etags, isFirst = false }: Argument<'finishParts'>): Promise<boolean> {
    const request = new CompleteMultipartUploadCommand({
      Bucket: this.#bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 })) },
      ...(isFirst ? { IfNoneMatch: '*' } : {}),
    });
    return this.#first(key, token, abortSignal => this.#client.send(request, { abortSignal }));
  }

  abortParts({ key, uploadId }: Argument<'abortParts'>): Promise<undefined> {
    return asked(async abortSignal => {
      const request = new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId });
      try {
        await this.#client.send(request, { abortSignal });
      } catch (error) {
        if (!['no_upload', 'missing'].includes(objectErrorOf(error).fault)) throw error;
      }
      return undefined;
    });
  }

  listParts(prefix: string): Promise<Answer<'listParts'>> {
    return asked(async abortSignal => {
      const place = { Bucket: this.#bucket, Prefix: prefix, EncodingType: 'url' } as const;
      const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand(place), { abortSignal });
      return Uploads.map(({ Key, UploadId = '' }) => ({ key: decodedKey(Key), uploadId: UploadId }));
    });
  }

  #removeMany(keys: readonly string[]): Promise<void> {
    return asked(async abortSignal => {
      const Delete = { Objects: keys.map(Key => ({ Key })), Quiet: true };
      const request = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete });
      const failed = (await this.#client.send(request, { abortSignal })).Errors?.[0];
      // The names that the store gives to single faults are those of whole requests.
      if (failed !== undefined)
        throw objectErrorOf(Object.assign(new Error(failed.Message), { code: failed.Code ?? 'InternalError' }));
    });
  }

  /**
   * Makes a write that may find another content in its way, or its own: over a network an answer may be lost after the work was done, and the same
   * request is refused when it comes again. Whose content stands, its token says.
   */
  async #first(key: string, token: string, write: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> {
    try {
      await asked(write);
      return true;
    } catch (error) {
      const { fault } = objectErrorOf(error);
      if (fault !== 'precondition' && fault !== 'no_upload') throw error;
      const isOwn = (await this.head(key))?.token === token;
      if (fault === 'no_upload' && !isOwn) throw error;
      return isOwn;
    }
  }

  #source(key: string): string {
    return `${this.#bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  }
}

/** Stores other than that of AWS have a region as well, which is only a name to sign with. */
function regionOf(region: string | undefined, endpoint: string | undefined): { region?: string } {
  const named = region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (named !== undefined) return { region: named };
  return endpoint === undefined ? {} : { region: 'us-east-1' };
}

async function asked<Result>(request: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  try {
    return await request(AbortSignal.timeout(objectStoreLimits.requestMs));
  } catch (error) {
    throw objectErrorOf(error);
  }
}

/** The connection ended before all had come. */
function incomplete(bytes: number, expected: number | undefined): ObjectError {
  return new ObjectError('passing', 'IncompleteBody', `${bytes} bytes came of ${expected}`);
}

function decodedKey(key = ''): string {
  return decodeURIComponent(key.replaceAll('+', '%20'));
}
