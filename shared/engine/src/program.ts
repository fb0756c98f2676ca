/**
 * The border between MapReduce (this package) and the user's functions (`@gridmr/sandbox`). The engine knows nothing of
 * JavaScript engines; a sandbox knows nothing of files, sorting or merging. Many records or pairs cross per call, never one.
 *
 * Call order of an attempt: `begin`, then `mapBlock`… with `combine` in between (map) or `reduce` (reduce), then `end`.
 * All calls are synchronous, but for rare ones of `mapBlock`, and run in a task thread. Each throws `TaskError` (contracts) when user code fails or
 * meets a limit; the sandbox is then of no further use than to be disposed.
 */
import type { Counters, InputFormat } from '@gridmr/contracts';
import type { KnownFunctions } from './known-function.js';
import type { ValueColumn } from './value-column.js';

/**
 * Whole records of one input, as its bytes. `text`, `jsonl`, `csv`: records that end with `\n`, but perhaps the last one of the file.
 * `whole_file`, `bytes`: all of the file, the block's only record.
 */
export interface RecordBlock {
  /** The input. */
  readonly path: string;
  readonly format: InputFormat;
  readonly bytes: Uint8Array;
  /** Byte offset of the first record in its input: after decompression, if that is compressed. */
  readonly offset: number;
  /** Number of records: blank lines of `jsonl` and `csv` are none. */
  readonly records: number;
  /** Of `csv`: the names in the file's first line. The same array for all blocks of a file. */
  readonly columns?: readonly string[];
}

/** Key i is `keyBytes[keyEnds[i-1] .. keyEnds[i]]` (from 0 for the first), in the order-preserving encoding of `key-encoding.ts`. */
export interface KeyColumn {
  readonly keyBytes: Uint8Array;
  readonly keyEnds: Uint32Array;
}

/** Pairs in columns, valid during the call that they are given to. */
export interface PairBlock extends KeyColumn {
  readonly count: number;
  readonly values: ValueColumn;
  /** What the user's `partition` said for each pair, checked to be in range; absent: the key's hash decides. */
  readonly partitions: Uint32Array | undefined;
}

/** Takes over pairs as they come out of the guest. Called zero or more times during a call into the sandbox, which it must not re-enter. */
export type PairSink = (pairs: PairBlock) => void;

/**
 * Some groups, or pieces of them, on their way to the guest, valid until the next is asked for: the keys, how many values each has, and all values one
 * after the other.
 * `continued`: the first piece belongs to the group that the batch before left open. `open`: more values of the last one follow.
 */
export interface GroupBatch {
  readonly groups: number;
  /** A JSON array of the groups' keys. */
  readonly keys: Uint8Array;
  /** Values of each group; at least as long as there are groups. */
  readonly counts: Uint32Array;
  readonly values: BatchValues;
  readonly continued: boolean;
  readonly open: boolean;
}

/** As many as the counts of the groups add up to. `strings`: without quotes, joined by newlines, which none of them holds. `json`: one JSON array. */
export type BatchValues =
  | { readonly kind: 'numbers'; readonly numbers: Float64Array }
  | { readonly kind: 'strings'; readonly text: Uint8Array }
  | { readonly kind: 'json'; readonly json: Uint8Array };

/** Pulled by the guest, batch by batch, until undefined. */
export type GroupSource = () => GroupBatch | undefined;

/** Which of the user's functions exist. */
export interface ProgramFunctions {
  readonly reduce: boolean;
  readonly combine: boolean;
  readonly partition: boolean;
}

/** What the guest may know of its attempt (`ctx.task`, `ctx.params`, `ctx.input`), and what seeds it. */
export interface AttemptContext {
  readonly jobId: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly phase: 'map' | 'reduce';
  /** The reduce task's own partition; null in map. */
  readonly partition: number | null;
  readonly numReducers: number;
  readonly parameters: unknown;
  /** User code sees the clock standing still here. */
  readonly nowMs: number;
  /** `path` is the first input's: each block names its own. */
  readonly input: { readonly path: string; readonly split: number } | null;
}

/** What a finished attempt leaves besides pairs. */
export interface AttemptNotes {
  /** The user's own counters (`ctx.count`). */
  readonly userCounters: Counters['user'];
  readonly logLines: readonly string[];
  /** Bad records that were skipped; absent where none may be. */
  readonly skippedRecords?: number;
  /** Lines beyond `logLinesMax`. */
  readonly droppedLines?: number;
}

/** One attempt's jail, already loaded with a program. Disposing frees all its memory. */
export interface Sandbox extends Disposable {
  readonly functions: ProgramFunctions;
  /** Those of its functions that may be shortened; none before `begin`. */
  readonly known: KnownFunctions;
  /** Runs `setup`. Everything emitted from here until `end` goes to `sink` (but not what `combine` emits). */
  begin(context: AttemptContext, sink: PairSink): void;
  /**
   * Runs `map` over each record in order. A promise, which must be waited for, only if bad records are skipped and one of them cost the jail: what is left
   * is mapped in another one.
   */
  mapBlock(block: RecordBlock): void | Promise<void>;
  /** Runs `combine` over each group; what it emits goes to `sink` in order. Must not be called from within a sink. */
  combine(groups: GroupSource, sink: PairSink): void;
  /** Runs `reduce` over each group in order. */
  reduce(groups: GroupSource): void;
  /** Runs `teardown`, hands over the last pairs. */
  end(): AttemptNotes;
  /** What user code noted until it failed, as far as it can still be read. */
  notesOfFailure?(): AttemptNotes | undefined;
}
