/**
 * What each client's files take up, and what is set aside for uploads on their way: together never more than the quota, however many
 * uploads and API processes there are.
 *
 * An upload sets aside one file and its bytes before it takes them (`begin`, `grow`), one conditional update each. Its end (`end`) gives back
 * what it did not need, and what the file took up that it replaced. Files that come another way (output of jobs) are found by counting again
 * (`recount`), which gives way to whatever happens meanwhile.
 */
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Tables, UploadRow } from './schema.js';

export interface Quota {
  readonly bytes: number;
  readonly files: number;
}

export interface Usage {
  readonly bytes: number;
  readonly files: number;
}

export class UsageRecords {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async of(clientId: string): Promise<Usage & { readonly version: number }> {
    const row = await this.#db
      .selectFrom('file_usage')
      .select(['bytes', 'files', 'version'])
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    return row ?? { bytes: 0, files: 0, version: 0 };
  }

  /** Sets aside a file of so many bytes. Returns false, and changes nothing, if that is more than the quota leaves. */
  async begin(upload: UploadRow, quota: Quota): Promise<boolean> {
    return await this.#db.transaction().execute(async trx => {
      const none = { client_id: upload.client_id, bytes: 0, files: 0, version: 0 };
      await trx
        .insertInto('file_usage')
        .values(none)
        .onConflict(conflict => conflict.column('client_id').doNothing())
        .execute();
      if (!(await setAside(trx, upload.client_id, { bytes: upload.bytes, files: 1 }, quota))) return false;
      await trx.insertInto('uploads').values(upload).execute();
      return true;
    });
  }

  /** Sets aside so many bytes more. Returns false if that is more than the quota leaves, or the upload has been given up. */
  async grow({ upload_id, client_id }: UploadRow, bytes: number, quota: Quota): Promise<boolean> {
    return await this.#db.transaction().execute(async trx => {
      if (!(await setAside(trx, client_id, { bytes, files: 0 }, quota))) return false;
      const { numUpdatedRows } = await trx
        .updateTable('uploads')
        .set(row => ({ bytes: row('bytes', '+', bytes) }))
        .where('upload_id', '=', upload_id)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 1n) return true;
      await add(trx, client_id, { bytes: -bytes, files: 0 });
      return false;
    });
  }

  /**
   * Ends an upload.
   * @param kept what the client's files take up more because of it: nothing, if it was given up. A second call changes nothing.
   */
  async end(uploadId: string, kept: Usage = { bytes: 0, files: 0 }): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      const upload = await trx
        .deleteFrom('uploads')
        .where('upload_id', '=', uploadId)
        .returning(['client_id', 'bytes'])
        .executeTakeFirst();
      if (upload === undefined) return;
      await add(trx, upload.client_id, { bytes: kept.bytes - upload.bytes, files: kept.files - 1 });
    });
  }

  async removed(clientId: string, { bytes, files }: Usage): Promise<void> {
    await add(this.#db, clientId, { bytes: -bytes, files: -files });
  }

  /** Uploads that began before, in no particular order. */
  async uploadsBefore(time: string, limit: number): Promise<UploadRow[]> {
    return await this.#db.selectFrom('uploads').selectAll().where('started_at', '<', time).limit(limit).execute();
  }

  /** Of a client's counted files, unless anything has changed since `version` was read. */
  async recount(clientId: string, counted: Usage, version: number): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      const { bytes, files } = await trx
        .selectFrom('uploads')
        .select(row => [
          row.fn.coalesce(row.fn.sum<number>('bytes'), sql<number>`0`).as('bytes'),
          row.fn.countAll<number>().as('files'),
        ])
        .where('client_id', '=', clientId)
        .executeTakeFirstOrThrow();
      const usage = { bytes: counted.bytes + Number(bytes), files: counted.files + Number(files) };
      await trx
        .insertInto('file_usage')
        .values({ client_id: clientId, ...usage, version: version + 1 })
        .onConflict(conflict =>
          conflict
            .column('client_id')
            .doUpdateSet({ ...usage, version: version + 1 })
            .where('file_usage.version', '=', version),
        )
        .execute();
    });
  }
}

async function setAside(trx: Transaction<Tables>, clientId: string, more: Usage, quota: Quota): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('file_usage')
    .set(row => ({
      bytes: row('bytes', '+', more.bytes),
      files: row('files', '+', more.files),
      version: row('version', '+', 1),
    }))
    .where('client_id', '=', clientId)
    .where('bytes', '<=', quota.bytes - more.bytes)
    .where('files', '<=', quota.files - more.files)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Never below nothing: files may have been removed by other ways, and counted already. */
async function add(db: Kysely<Tables>, clientId: string, more: Usage): Promise<void> {
  const sum = (column: 'bytes' | 'files', change: number) =>
    sql<number>`case when ${sql.ref(column)} + ${change} < 0 then 0 else ${sql.ref(column)} + ${change} end`;
  await db
    .updateTable('file_usage')
    .set(row => ({ bytes: sum('bytes', more.bytes), files: sum('files', more.files), version: row('version', '+', 1) }))
    .where('client_id', '=', clientId)
    .execute();
}
