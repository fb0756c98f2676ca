/** API keys and the sessions that were opened with them. Secrets and tokens come here as hashes only. */
import { accessLimits } from '@gridmr/contracts';
import type { Kysely } from 'kysely';
import type { KeyRow, SessionRow, Tables } from './schema.js';

export class KeyRecords {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Whether there is any, expired ones included. */
  async any(): Promise<boolean> {
    return (await this.#db.selectFrom('api_keys').select('key_id').limit(1).executeTakeFirst()) !== undefined;
  }

  async find(keyId: string): Promise<KeyRow | undefined> {
    return await this.#db.selectFrom('api_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst();
  }

  /** All of them, in the order of their ids: there are `accessLimits.keysMax` at most. */
  async all(): Promise<KeyRow[]> {
    return await this.#db.selectFrom('api_keys').selectAll().orderBy('key_id').limit(accessLimits.keysMax).execute();
  }

  async add(key: KeyRow): Promise<void> {
    await this.#db.insertInto('api_keys').values(key).execute();
  }

  /** Ends its sessions too. Returns false if it was not there. */
  async remove(keyId: string): Promise<boolean> {
    return await this.#db.transaction().execute(async trx => {
      await trx.deleteFrom('sessions').where('key_id', '=', keyId).execute();
      const { numDeletedRows } = await trx.deleteFrom('api_keys').where('key_id', '=', keyId).executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    });
  }

  async used(keyId: string, at: string): Promise<void> {
    await this.#db.updateTable('api_keys').set({ last_used_at: at }).where('key_id', '=', keyId).execute();
  }

  /** Removes those that have expired, and the oldest of the key's beyond `accessLimits.sessionsPerKeyMax`. */
  async openSession(session: SessionRow): Promise<void> {
    const { key_id, created_at } = session;
    await this.#db.deleteFrom('sessions').where('expires_at', '<', created_at).execute();
    await this.#db.insertInto('sessions').values(session).execute();
    const newest = this.#db
      .selectFrom('sessions')
      .select('token_hash')
      .where('key_id', '=', key_id)
      .orderBy('created_at', 'desc')
      .limit(accessLimits.sessionsPerKeyMax);
    await this.#db.deleteFrom('sessions').where('key_id', '=', key_id).where('token_hash', 'not in', newest).execute();
  }

  async findSession(tokenHash: string): Promise<SessionRow | undefined> {
    return await this.#db.selectFrom('sessions').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
  }

  async closeSession(tokenHash: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
  }
}
