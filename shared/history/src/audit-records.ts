/** The audit log: newest first, by pages; the oldest entries are forgotten. */
import { type AuditEntry, type AuditQuery, accessLimits, auditEntrySchema, type Page } from '@gridmr/contracts';
import type { Kysely, SelectQueryBuilder } from 'kysely';
import { decodeCursor, encodeCursor } from './cursor.js';
import { GroupedWrites } from './grouped-writes.js';
import type { History } from './history.js';
import { plainText } from './json-column.js';
import type { AuditRow, Tables } from './schema.js';
import { fixedWidthTime } from './utc-time.js';

const auditCursorSchema = auditEntrySchema.pick({ audit_id: true }).strict();

type Entries = SelectQueryBuilder<Tables, 'audit', object>;

export class AuditRecords {
  readonly #db: Kysely<Tables>;
  readonly #kind: History['kind'];
  readonly #entries = new GroupedWrites<AuditRow, undefined>(entries => this.#addAll(entries));

  constructor(db: Kysely<Tables>, kind: History['kind']) {
    this.#db = db;
    this.#kind = kind;
  }

  /** @param entry whose id sorts by time */
  async add(entry: AuditRow): Promise<void> {
    const target = entry.target === null ? null : plainText(entry.target);
    const row = { ...entry, target };
    // PostgreSQL has many connections, and groups their commits itself.
    if (this.#kind === 'sqlite') await this.#entries.add(row);
    else await this.#addAll([row]);
  }

  async #addAll(entries: readonly AuditRow[]): Promise<undefined[]> {
    await this.#db.insertInto('audit').values(entries).execute();
    return entries.map(() => undefined);
  }

  /** Throws `BadCursorError` for a cursor it did not make. */
  async list(query: AuditQuery): Promise<Page<AuditEntry>> {
    const rows = await matching(this.#db.selectFrom('audit'), query)
      .selectAll()
      .orderBy('audit_id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    if (last === undefined || rows.length <= query.limit) return { items, next_cursor: null };
    return { items, next_cursor: encodeCursor({ audit_id: last.audit_id }) };
  }

  /** Forgets what is older, and the oldest of what are too many; so many at once. Returns how many. */
  async forget(before: string, entriesMax: number = accessLimits.auditEntriesMax): Promise<number> {
    const tooMany = this.#db
      .selectFrom('audit')
      .select('audit_id')
      .orderBy('audit_id', 'desc')
      .offset(entriesMax)
      .limit(1);
    const boundary = await tooMany.executeTakeFirst();
    const doomed = this.#db
      .selectFrom('audit')
      .select('audit_id')
      .where(entry =>
        entry.or([entry('at', '<', fixedWidthTime(before)), entry('audit_id', '<=', boundary?.audit_id ?? '')]),
      )
      .orderBy('audit_id')
      .limit(accessLimits.auditRemovedAtOnce);
    const { numDeletedRows } = await this.#db
      .deleteFrom('audit')
      .where('audit_id', 'in', doomed)
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }
}

function matching(entries: Entries, { action, client_id, target, after, before, cursor }: AuditQuery): Entries {
  let found = entries;
  if (action !== undefined) found = found.where('action', '=', action);
  if (client_id !== undefined) found = found.where('client_id', '=', plainText(client_id));
  if (target !== undefined) found = found.where('target', '=', plainText(target));
  if (after !== undefined) found = found.where('at', '>', fixedWidthTime(after));
  if (before !== undefined) found = found.where('at', '<', fixedWidthTime(before));
  if (cursor !== undefined) found = found.where('audit_id', '<', decodeCursor(cursor, auditCursorSchema).audit_id);
  return found;
}
