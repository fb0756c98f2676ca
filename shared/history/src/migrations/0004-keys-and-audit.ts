/** API keys, sessions of browsers, the audit log, and what clients' files take up. */
import type { Kysely, Migration } from 'kysely';

async function createKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('key_id', 'text', column => column.primaryKey())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('role', 'text', column => column.notNull())
    .addColumn('secret_hash', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('last_used_at', 'text')
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('token_hash', 'text', column => column.primaryKey())
    .addColumn('key_id', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .execute();
  await db.schema.createIndex('sessions_by_key').on('sessions').columns(['key_id', 'created_at']).execute();
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('audit_id', 'text', column => column.primaryKey())
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('action', 'text', column => column.notNull())
    .addColumn('client_id', 'text')
    .addColumn('key_id', 'text')
    .addColumn('role', 'text')
    .addColumn('address', 'text', column => column.notNull())
    .addColumn('target', 'text')
    .addColumn('request_id', 'text', column => column.notNull())
    .execute();
  for (const column of ['action', 'client_id', 'target']) {
    await db.schema.createIndex(`audit_by_${column}`).on('audit').columns([column, 'audit_id']).execute();
  }
}

async function createUsage(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('file_usage')
    .addColumn('client_id', 'text', column => column.primaryKey())
    .addColumn('bytes', 'bigint', column => column.notNull())
    .addColumn('files', 'bigint', column => column.notNull())
    .addColumn('version', 'bigint', column => column.notNull())
    .execute();
  await db.schema
    .createTable('uploads')
    .addColumn('upload_id', 'text', column => column.primaryKey())
    .addColumn('client_id', 'text', column => column.notNull())
    .addColumn('bytes', 'bigint', column => column.notNull())
    .addColumn('started_at', 'text', column => column.notNull())
    .execute();
}

export const keysAndAudit: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createKeys(db);
    await createAudit(db);
    await createUsage(db);
  },
};
