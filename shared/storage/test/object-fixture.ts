/**
 * Stores in a bucket: of the small server of the testkit, which is always there, or of a real one at `GRIDMR_TEST_S3_URL=s3://bucket?endpoint=…&path_style=true`,
 * with credentials in the SDK's usual variables. Each process has a prefix of its own, in a real store each fixture.
 */
import { randomUUID } from 'node:crypto';
import { type BlobStore, openStore } from '@gridmr/storage';
import { ObjectStoreServer } from '@gridmr/testkit';
import { openCalls } from '../dist/s3/open-calls.js';
import { type StoreFixture, ways } from './store-fixture.js';

export const realStore = process.env.GRIDMR_TEST_S3_URL;
const patienceMs = 10_000;

/** A server of the testkit for all tests of a file, begun when it is first needed. */
export class OwnServer {
  #server: ObjectStoreServer | undefined;

  async address(): Promise<string> {
    process.env.AWS_ACCESS_KEY_ID ??= 'test';
    process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
    this.#server ??= await ObjectStoreServer.start(['bucket']);
    return `s3://bucket?endpoint=${encodeURIComponent(this.#server.endpoint)}&path_style=true`;
  }

  get server(): ObjectStoreServer {
    if (this.#server === undefined) throw new Error('the server was not begun');
    return this.#server;
  }

  async stop(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.#server = undefined;
  }
}

interface OpenOptions {
  readonly mayBlock?: boolean;
}

/** Opening one takes half a second, so fixtures share them; each leaves its prefix empty. */
const stores = new Map<string, Promise<BlobStore>>();

function openOnce(address: string, options: OpenOptions): Promise<BlobStore> {
  const key = `${address} ${options.mayBlock}`;
  const store = stores.get(key) ?? openStore(address, options);
  stores.set(key, store);
  return store;
}

const sharedPrefix = `test-${randomUUID()}`;

export async function objectFixture(bucketAddress: string, options: OpenOptions = {}): Promise<StoreFixture> {
  // Some real stores (SeaweedFS) keep directories for a while after the last object in them.
  const prefix = bucketAddress === realStore ? `test-${randomUUID()}` : sharedPrefix;
  const address = bucketAddress.replace('?', `/${prefix}?`);
  const calls = await openCalls(address, patienceMs);
  const all = async () => {
    const keys: string[] = [];
    for (let next: string | undefined, at = 0; at === 0 || next !== undefined; at++) {
      const page = await calls.list({ prefix: `${prefix}/`, next, limit: 1000 });
      keys.push(...page.objects.map(({ key }) => key));
      next = page.next;
    }
    return keys;
  };
  return {
    store: await openOnce(address, options),
    address,
    missingCode: 'NoSuchKey',
    keepsReplaced: false,
    manyFiles: 1050,
    everything: async (below = '') => {
      const start = below === '' ? `${prefix}/` : `${prefix}/${below}/`;
      const begun = (await calls.listParts(`${prefix}/`)).map(({ key }) => `${key} (begun)`);
      const files = [...(await all()), ...begun].filter(key => key.startsWith(start));
      return [...new Set(files.flatMap(key => withDirectories(key.slice(start.length))))]
        .filter(name => !ways.includes(name))
        .sort();
    },
    plant: async path => {
      const key = `${prefix}/${path}`;
      await calls.put({ key, bytes: Buffer.from('x'), token: randomUUID() });
    },
    [Symbol.asyncDispose]: async () => {
      for (const upload of await calls.listParts(`${prefix}/`)) await calls.abortParts(upload);
      const keys = await all();
      for (let at = 0; at < keys.length; at += 1000) await calls.remove(keys.slice(at, at + 1000));
    },
  };
}

/** `a/b/c` → `a`, `a/b`, `a/b/c` */
function withDirectories(path: string): string[] {
  const names = path.split('/');
  return names.map((_, i) => names.slice(0, i + 1).join('/'));
}
