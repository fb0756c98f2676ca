/** An object whose bytes come slowly, from a network: sent in parts as they come, and not to be seen before it is whole. */
import { objectStoreLimits, randomToken, storageLimits } from '@gridmr/contracts';
import type { BlobPath, BlobUpload } from '../blob-store.js';
import type { ObjectCalls } from './object-calls.js';
import { guardedObject } from './object-errors.js';
import { PartBuffer } from './part-buffer.js';

export class ObjectUpload implements BlobUpload {
  readonly #path: BlobPath;
  readonly #key: string;
  readonly #calls: ObjectCalls;
  readonly #token = randomToken(storageLimits.temporaryTokenLength);
  readonly #buffer = new PartBuffer();
  readonly #sent: Promise<string>[] = [];
  readonly #etags: string[] = [];
  #uploadId: string | undefined;

  constructor(path: BlobPath, key: string, calls: ObjectCalls) {
    this.#path = path;
    this.#key = key;
    this.#calls = calls;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await guardedObject(this.#path, 'written', async () => {
      for (let rest = bytes; rest.length > 0; ) {
        if (this.#buffer.isFull) await this.#send();
        rest = this.#buffer.add(rest);
      }
    });
  }

  async finish(): Promise<void> {
    const [key, token] = [this.#key, this.#token];
    await guardedObject(this.#path, 'written', async () => {
      if (this.#uploadId === undefined) {
        await this.#calls.put({ key, bytes: this.#buffer.take(), token });
        return;
      }
      await this.#send();
      while (this.#sent.length > 0) await this.#takeOldest();
      await this.#calls.finishParts({ key, uploadId: this.#uploadId, token, etags: this.#etags });
      this.#uploadId = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [key, uploadId] = [this.#key, this.#uploadId];
    this.#uploadId = undefined;
    await Promise.allSettled(this.#sent.splice(0));
    if (uploadId === undefined) return;
    await guardedObject(this.#path, 'removed', () => this.#calls.abortParts({ key, uploadId }));
  }

  async #send(): Promise<void> {
    const key = this.#key;
    this.#uploadId ??= await this.#calls.startParts({ key, token: this.#token });
    while (this.#sent.length >= objectStoreLimits.partsInFlightMax) await this.#takeOldest();
    const bytes = this.#buffer.take();
    const part = this.#calls.putPart({ key, uploadId: this.#uploadId, number: this.#buffer.parts, bytes });
    // It is taken later; until then nobody else looks at it.
    part.catch(() => undefined);
    this.#sent.push(part);
  }

  async #takeOldest(): Promise<void> {
    const oldest = this.#sent.shift();
    if (oldest !== undefined) this.#etags.push(await oldest);
  }
}
