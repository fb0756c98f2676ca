/**
 * All keys there are: those of the settings, and those of the database. A key that was found good is believed for a moment
 * (`accessLimits.keyBelievedMs`), so that a busy caller does not ask the database each time; a deleted one is refused by this process at once and by
 * others after that moment.
 */
import {
  accessLimits,
  type CreatedKey,
  type Key,
  type KeyRole,
  type keyRequestSchema,
  RequestError,
} from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import type { ApiKey, Logger } from '@gridmr/runtime';
import type { z } from 'zod';
import { Believed } from './believed.js';
import type { Caller } from './caller.js';
import { keyIdIn, newKeyId, newSecret, sameHash, secretHash, settingsKeyId } from './secrets.js';

type KeyRow = NonNullable<Awaited<ReturnType<History['keys']['find']>>>;

interface SettingsKey {
  readonly keyId: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly hash: string;
}

export interface KeyRingOptions {
  readonly records: History['keys'];
  readonly fromSettings: readonly ApiKey[];
  /** Of what may collect metrics and do nothing else. */
  readonly scrapeKey?: string | undefined;
  /** Whether others than this machine can reach the API: then authentication is never off. */
  readonly isReachable: boolean;
  readonly logger: Logger;
}

export class KeyRing {
  readonly #records: History['keys'];
  readonly #fromSettings: readonly SettingsKey[];
  readonly #scrapeHash: string | undefined;
  readonly #isReachable: boolean;
  readonly #logger: Logger;
  readonly #callers = new Believed<Caller>(accessLimits.keyBelievedMs, accessLimits.keysBelievedMax);
  readonly #off = new Believed<boolean>(accessLimits.keyBelievedMs, 1);
  readonly #usedMs = new Map<string, number>();

  constructor({ records, fromSettings, scrapeKey, isReachable, logger }: KeyRingOptions) {
    this.#records = records;
    this.#fromSettings = fromSettings.map(({ name, role, secret }) => {
      const hash = secretHash(secret);
      return { keyId: settingsKeyId(hash), name, role, hash };
    });
    this.#scrapeHash = scrapeKey === undefined ? undefined : secretHash(scrapeKey);
    this.#isReachable = isReachable;
    this.#logger = logger;
  }

  /** Whether there is any key. */
  async any(): Promise<boolean> {
    return this.#fromSettings.length > 0 || (await this.#records.any());
  }

  /** Whether keys are needed, whatever the database says. */
  get isAlwaysOn(): boolean {
    return this.#isReachable || this.#fromSettings.length > 0;
  }

  /** Whether everybody may do everything: there is no key, and nobody can come from outside. */
  async isOff(): Promise<boolean> {
    if (this.isAlwaysOn) return false;
    const known = this.#off.get('');
    if (known !== undefined) return known;
    const off = !(await this.#records.any());
    this.#off.set('', off);
    return off;
  }

  /** Who has just shown this secret; undefined if that is not known without looking. */
  believed(secret: string): Caller | undefined {
    return this.#callers.get(secretHash(secret));
  }

  /** Whose secret this is. */
  async find(secret: string): Promise<Caller | undefined> {
    const hash = secretHash(secret);
    const caller = this.#inSettings(hash) ?? (await this.#inDatabase(secret, hash));
    if (caller !== undefined) this.#callers.set(hash, caller);
    return caller;
  }

  /** Whose key this is, for sessions. */
  async byId(keyId: string): Promise<Caller | undefined> {
    const key = this.#fromSettings.find(candidate => candidate.keyId === keyId);
    if (key !== undefined) return { clientId: key.name, role: key.role, keyId };
    const row = await this.#records.find(keyId);
    return row === undefined || hasExpired(row) ? undefined : callerOf(row);
  }

  /** Writes the time down, now and then. */
  noteUse({ keyId }: Caller): void {
    if (keyId === null) return;
    const nowMs = Date.now();
    if (nowMs - (this.#usedMs.get(keyId) ?? 0) < accessLimits.lastUseEveryMs) return;
    // There are no more keys than this of one life, but for those that were deleted.
    if (this.#usedMs.size > accessLimits.keysBelievedMax) this.#usedMs.clear();
    this.#usedMs.set(keyId, nowMs);
    if (this.#fromSettings.some(key => key.keyId === keyId)) return;
    this.#records.used(keyId, new Date(nowMs).toISOString()).catch(error => {
      this.#logger.warn('the last use of a key could not be written', { key_id: keyId, error });
    });
  }

  /** All of them, in the order of their ids. */
  async list(): Promise<Key[]> {
    const rows = (await this.#records.all()).map(keyView);
    const fixed = this.#fromSettings.map(key => this.#settingsView(key));
    return [...rows, ...fixed].sort((a, b) => (a.key_id < b.key_id ? -1 : 1));
  }

  /** Throws `RequestError` `invalid_request`, or `last_admin_key` if nobody could make another key. */
  async create({ name, role, expires_at }: z.output<typeof keyRequestSchema>): Promise<CreatedKey> {
    const all = await this.list();
    if (all.length >= accessLimits.keysMax) {
      throw new RequestError('invalid_request', `There are ${all.length} keys, as many as there may be; delete some`);
    }
    const expires = expires_at === undefined ? null : new Date(expires_at).toISOString();
    if (expires !== null && expires <= new Date().toISOString()) {
      throw new RequestError('invalid_request', 'expires_at is in the past: such a key would be of no use');
    }
    if (!all.some(isLastingAdmin) && (role !== 'admin' || expires !== null)) {
      const detail =
        'The first key must be one of an admin that does not expire: from now on nobody does anything without a key';
      throw new RequestError('last_admin_key', detail);
    }
    const keyId = newKeyId();
    const secret = newSecret(keyId);
    const created_at = new Date().toISOString();
    const row = { key_id: keyId, name, role, secret_hash: secretHash(secret), created_at, expires_at: expires };
    await this.#records.add({ ...row, last_used_at: null });
    this.#forget();
    return { ...keyView({ ...row, last_used_at: null }), secret };
  }

  /** Throws `RequestError`: `not_found`, `last_admin_key`, `forbidden` for a key of the settings. */
  async remove(keyId: string): Promise<void> {
    const all = await this.list();
    const key = all.find(candidate => candidate.key_id === keyId);
    if (key === undefined) throw new RequestError('not_found', `There is no key ${keyId}`);
    if (key.source === 'settings') {
      throw new RequestError('forbidden', 'This key stands in GRIDMR_API_KEYS: take it out there, and restart the API');
    }
    const others = all.filter(other => other !== key);
    const isLast = others.length === 0 && !this.#isReachable;
    if (!isLast && isLastingAdmin(key) && !others.some(isLastingAdmin)) {
      const detail = 'This is the last key of an admin that does not expire; make another one first';
      throw new RequestError('last_admin_key', detail);
    }
    await this.#records.remove(keyId);
    this.#forget();
  }

  #forget(): void {
    this.#callers.clear();
    this.#off.clear();
  }

  /** Compares with each, whichever it is. */
  #inSettings(hash: string): Caller | undefined {
    let found: Caller | undefined;
    for (const key of this.#fromSettings) {
      if (sameHash(key.hash, hash)) found = { clientId: key.name, role: key.role, keyId: key.keyId };
    }
    if (this.#scrapeHash !== undefined && sameHash(this.#scrapeHash, hash)) {
      found ??= { clientId: 'scraper', role: 'scraper', keyId: null };
    }
    return found;
  }

  async #inDatabase(secret: string, hash: string): Promise<Caller | undefined> {
    const keyId = keyIdIn(secret);
    if (keyId === undefined) return undefined;
    const row = await this.#records.find(keyId);
    if (row === undefined || !sameHash(row.secret_hash, hash) || hasExpired(row)) return undefined;
    return callerOf(row);
  }

  #settingsView({ keyId, name, role }: SettingsKey): Key {
    const usedMs = this.#usedMs.get(keyId);
    const last_used_at = usedMs === undefined ? null : new Date(usedMs).toISOString();
    return { key_id: keyId, name, role, source: 'settings', created_at: null, expires_at: null, last_used_at };
  }
}

function isLastingAdmin({ role, expires_at }: Key): boolean {
  return role === 'admin' && expires_at === null;
}

function hasExpired({ expires_at }: KeyRow): boolean {
  return expires_at !== null && expires_at <= new Date().toISOString();
}

function callerOf({ key_id, name, role, expires_at }: KeyRow): Caller {
  return { clientId: name, role, keyId: key_id, ...(expires_at === null ? {} : { expiresAt: expires_at }) };
}

function keyView({ secret_hash: _hash, ...key }: KeyRow): Key {
  return { ...key, source: 'created' };
}
