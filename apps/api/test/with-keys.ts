/** An API with authentication on: one key of each role in its settings. */
import type { KeyRole } from '@gridmr/contracts';
import type { AccessOptions, ApiDependencies } from '../dist/index.js';
import { type ApiUnderTest, withParts } from './api-under-test.js';

/** Who has which secret. `ann` and `bob` are users. */
export const secrets = {
  ops: 'admin-secret-0123456789',
  ann: 'user-secret-of-ann-0123',
  bob: 'user-secret-of-bob-0123',
  eve: 'viewer-secret-0123456789',
  scraper: 'scraper-secret-0123456789',
} as const;
export type Name = keyof typeof secrets;

const roles: Readonly<Record<Exclude<Name, 'scraper'>, KeyRole>> = {
  ops: 'admin',
  ann: 'user',
  bob: 'user',
  eve: 'viewer',
};

export const apiKeys = Object.entries(roles).map(([name, role]) => ({ name, role, secret: secrets[name as Name] }));

/** The header that shows a key. */
export const as = (name: Name) => ({ authorization: `Bearer ${secrets[name]}` });

export const settingsOfKeys: Partial<AccessOptions> = { apiKeys, scrapeKey: secrets.scraper };

/** Gives each test of a suite an API of its own, with keys. */
export function withKeys(
  access: Partial<AccessOptions> = {},
  change: Partial<ApiDependencies> = {},
): () => ApiUnderTest {
  let api: ApiUnderTest | undefined;
  const open = withParts();
  beforeEach(async () => {
    api = await open(change, { ...settingsOfKeys, ...access });
  });
  afterEach(async () => {
    await api?.[Symbol.asyncDispose]();
    api = undefined;
  });
  return () => {
    if (api === undefined) throw new Error('the API is there during tests only');
    return api;
  };
}
