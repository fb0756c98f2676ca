/**
 * How far a block has come, where bad records are skipped: which of the guest's pairs count already. A record counts when it has ended; if its jail is lost
 * before, the records from `settled` on run again in another one, and nothing of theirs has gone out.
 */
import { type SkippedRecord, sandboxLimits } from '@gridmr/contracts';
import { HeldPairs, type PairBlock, type PairSink, pairsBefore } from '@gridmr/engine';
import { ForgedHandOverError } from './forged-hand-over-error.js';
import type { RecordSkipping } from './record-skipping.js';

export class BlockProgress implements Disposable {
  /** The first record whose pairs do not count yet. */
  settled = 0;
  readonly #held: HeldPairs;
  /** Whose pairs are held. */
  #heldRecord = -1;

  /** Bad records that do not count yet either: they, too, may run again. */
  readonly #skipped: SkippedRecord[] = [];
  readonly #skip: RecordSkipping['skip'];

  constructor({ scratch, disk, skip }: RecordSkipping) {
    this.#held = new HeldPairs(scratch, { disk });
    this.#skip = skip;
  }

  start(): void {
    this.settled = 0;
    this.#held.clear();
    this.#heldRecord = -1;
    this.#skipped.length = 0;
  }

  /** Takes a hand-over: the pairs before `ended` are those of records before `record`, which have ended; the others are its own. */
  take(pairs: PairBlock, ended: number, record: number, sink: PairSink): void {
    if (ended > pairs.count) throw new ForgedHandOverError(`${ended} pairs of ${pairs.count}`);
    if (record !== this.#heldRecord) this.settle(record, sink);
    if (ended > 0) sink(pairsBefore(pairs, ended));
    if (ended < pairs.count) this.#held.add(pairs, ended);
    this.#heldRecord = record;
  }

  /** The record that the guest is at is bad. Returns whether as many are held as may be: then all pairs should be handed over. */
  skip(record: number, why: SkippedRecord): boolean {
    if (record === this.#heldRecord) this.#held.clear();
    this.#skipped.push(why);
    return this.#skipped.length >= sandboxLimits.heldSkipsMax;
  }

  /** The records before `record` have ended, and all of their pairs have come. */
  settle(record: number, sink: PairSink): void {
    this.#held.release(sink);
    this.#heldRecord = -1;
    for (const skipped of this.#skipped) this.#skip(skipped);
    this.#skipped.length = 0;
    this.settled = record;
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}
