/**
 * Says when a record has had its time, where bad records are skipped: a hanging record must be found while the attempt has time left for the others.
 *
 * What counts is how often the guest polls, which depends on what it does and on nothing else: two attempts skip the same records, on a fast machine and on
 * a slow or busy one. The clock has the last word only for code that polls so seldom that the polls would not come to an end in time (few, big
 * builtins); and where a process or its machine stood still, it counts little of that.
 */
import { sandboxLimits } from '@gridmr/contracts';

export class RecordWatch {
  readonly #recordMs: number;
  readonly #pollsMax: number;
  #record = -1;
  #polls = 0;
  #ranMs = 0;
  #polledMs = 0;

  constructor(recordMs: number, recordPolls = recordMs * sandboxLimits.pollsPerMs) {
    this.#recordMs = recordMs;
    this.#pollsMax = recordPolls;
  }

  /** A new block: its records have numbers that others had. */
  restart(): void {
    this.#record = -1;
  }

  /** Called at each poll. @param record the one that the guest is at */
  isOver(record: number, nowMs: number): boolean {
    if (record !== this.#record) {
      this.#record = record;
      this.#polls = 0;
      this.#ranMs = 0;
    } else {
      this.#polls++;
      this.#ranMs += Math.min(nowMs - this.#polledMs, sandboxLimits.pollGapMsMax);
    }
    this.#polledMs = nowMs;
    return this.#polls > this.#pollsMax || this.#ranMs > this.#recordMs;
  }
}
