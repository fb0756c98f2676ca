/** What Redis answers about entries of a stream. Entries that were trimmed away while pending come without fields. */
import { z } from 'zod';

export interface EventEntry {
  readonly id: string;
  /** Names and values in turn. */
  readonly fields: readonly string[];
}

export const entriesSchema = z
  .array(z.tuple([z.string(), z.array(z.string()).nullable()]).nullable())
  .transform(entries =>
    entries.filter(entry => entry !== null).map(([id, fields]): EventEntry => ({ id, fields: fields ?? [] })),
  );

/** XREADGROUP of one stream: null when the time is up. */
export const readReplySchema = z
  .array(z.tuple([z.string(), entriesSchema]))
  .nullable()
  .transform(streams => streams?.[0]?.[1] ?? []);

/** XAUTOCLAIM: where to go on, the entries, and (from Redis 7 on) ids that are gone. */
export const claimReplySchema = z
  .tuple([z.string(), entriesSchema])
  .rest(z.unknown())
  .transform(([, entries]) => entries);
