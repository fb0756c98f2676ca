/** One way to write pairs as records: what the three formats have in common, for conversions and merges. */
import type { OutputFormat } from '@gridmr/contracts';
import { csvPairs } from './csv-pairs.js';
import { jsonlPairs } from './jsonl-pairs.js';
import { tsvPairs } from './tsv-pairs.js';

/** A key or a value: the text of a string itself, or the JSON text of anything else. */
export interface Field {
  readonly text: string;
  readonly isString: boolean;
}

/** Whether the next record's key is a string, where that is known; undefined leaves it to its text. */
export type NextKeyKind = () => boolean | undefined;

export interface PairFormat {
  /** The pairs of whole records, in their order. Throws for what is not in this format. */
  read(records: string, nextKeyKind: NextKeyKind): Iterable<readonly [key: Field, value: Field]>;
  /** One record, with its end of line. */
  write(key: Field, value: Field): string;
  /** Where the key of the record at `from` ends, with what belongs to it; -1 if it goes on behind `bytes`. */
  keyEnd(bytes: Uint8Array, from: number): number;
  /** The key from the text that `keyEnd` has measured. */
  readKey(text: string, isString: boolean | undefined): Field;
  /** Whether line feeds inside quotes do not end a record. */
  readonly quotes: boolean;
}

export const pairFormats: Readonly<Record<OutputFormat, PairFormat>> = {
  tsv: tsvPairs,
  csv: csvPairs,
  jsonl: jsonlPairs,
};
