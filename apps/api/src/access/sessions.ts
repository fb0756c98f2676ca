/** Sessions of browsers: a key is shown once, and a cookie that scripts cannot read stands for it until it expires or is closed. */
import { accessLimits, RequestError } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import { Believed } from './believed.js';
import type { Caller } from './caller.js';
import type { KeyRing } from './key-ring.js';
import { newToken, secretHash } from './secrets.js';

const hourMs = 3_600_000;

export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: string;
}

export class Sessions {
  readonly #records: History['keys'];
  readonly #keys: KeyRing;
  readonly #callers = new Believed<Caller>(accessLimits.keyBelievedMs, accessLimits.keysBelievedMax);

  constructor(records: History['keys'], keys: KeyRing) {
    this.#records = records;
    this.#keys = keys;
  }

  /** Throws `RequestError` `forbidden` for what cannot have one. */
  async open({ keyId, expiresAt }: Caller): Promise<OpenedSession> {
    if (keyId === null) throw new RequestError('forbidden', 'Sessions are for keys of people; this is none');
    const nowMs = Date.now();
    const latest = new Date(nowMs + accessLimits.sessionHours * hourMs).toISOString();
    const ends = expiresAt !== undefined && expiresAt < latest ? expiresAt : latest;
    const token = newToken();
    const created_at = new Date(nowMs).toISOString();
    await this.#records.openSession({ token_hash: secretHash(token), key_id: keyId, created_at, expires_at: ends });
    return { token, expiresAt: ends };
  }

  believed(token: string): Caller | undefined {
    return this.#callers.get(secretHash(token));
  }

  /** Whose session this is, as long as its key is good too. */
  async find(token: string): Promise<Caller | undefined> {
    const hash = secretHash(token);
    const session = await this.#records.findSession(hash);
    if (session === undefined || session.expires_at <= new Date().toISOString()) return undefined;
    const owner = await this.#keys.byId(session.key_id);
    if (owner === undefined) return undefined;
    const caller = { ...owner, expiresAt: session.expires_at };
    this.#callers.set(hash, caller);
    return caller;
  }

  async close(token: string): Promise<void> {
    await this.#records.closeSession(secretHash(token));
    this.#callers.clear();
  }

  /** After a key was deleted. */
  forget(): void {
    this.#callers.clear();
  }
}
