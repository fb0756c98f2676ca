/** Keys, sessions and the audit log. All but `whoAmI`, `signIn` and `signOut` are for admins. */
import {
  type AuditEntry,
  type AuditQuery,
  auditEntrySchema,
  type CreatedKey,
  createdKeySchema,
  type Key,
  type KeyRequest,
  keySchema,
  type Page,
  pageSchema,
  routes,
  type Session,
  sessionSchema,
} from '@gridmr/contracts';
import { allItems } from './all-items.js';
import type { CallOptions, PageQuery } from './call-options.js';
import { anything, type Transport } from './transport.js';

const keyPageSchema = pageSchema(keySchema, 'KeyPage');
const auditPageSchema = pageSchema(auditEntrySchema, 'AuditPage');

export class AccessCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whom the API takes the caller for. */
  whoAmI({ signal }: CallOptions = {}): Promise<Session> {
    return this.#transport.json(routes.session, sessionSchema, { signal });
  }

  /** In a browser: a cookie stands for the key from now on. */
  signIn(key: string, { signal }: CallOptions = {}): Promise<Session> {
    return this.#transport.json(routes.session, sessionSchema, { method: 'POST', body: { key }, signal });
  }

  async signOut({ signal }: CallOptions = {}): Promise<void> {
    await this.#transport.json(routes.session, anything, { method: 'DELETE', signal });
  }

  /** The secret is in this answer only. */
  createKey(request: KeyRequest, { signal }: CallOptions = {}): Promise<CreatedKey> {
    return this.#transport.json(routes.keys, createdKeySchema, { method: 'POST', body: request, signal });
  }

  listKeys(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Key>> {
    return this.#transport.json(routes.keys, keyPageSchema, { query: { ...query }, signal });
  }

  async deleteKey(keyId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#transport.json(routes.key(encodeURIComponent(keyId)), anything, { method: 'DELETE', signal });
  }

  /** Newest first. */
  listAudit(query: Partial<AuditQuery> = {}, { signal }: CallOptions = {}): Promise<Page<AuditEntry>> {
    return this.#transport.json(routes.audit, auditPageSchema, { query: { ...query }, signal });
  }

  allAudit(query: Partial<AuditQuery> = {}, options: CallOptions = {}): AsyncGenerator<AuditEntry, void, undefined> {
    return allItems(cursor => this.listAudit({ ...query, cursor }, options), query.cursor);
  }
}
