/**
 * The changes that this process holds, for listeners that come back or are slow: the youngest ones, up to `changesKeptMax` of them and
 * `heldBytesMax` of their text. Who needs older ones is told how things are now instead.
 */
import { type JobChangeEntry, liveLimits } from '@gridmr/contracts';
import { doneId, eventText, isBefore } from './server-sent-event.js';

export interface HeldChange {
  readonly id: string;
  readonly jobId: string;
  readonly clientId: string | undefined;
  readonly event: JobChangeEntry['event'];
  readonly text: string;
}

/** What follows on some entry. */
export interface Following {
  readonly bytes: Buffer;
  /** Up to which entry all that is wanted has been told with these bytes. */
  readonly id: string;
  /** The last of it says that the job has ended. */
  readonly isDone: boolean;
}

interface Asked {
  readonly id: string;
  readonly jobId: string;
  readonly answer: Following;
}

export class ChangeLog {
  #held: HeldChange[] = [];
  #bytes = 0;
  #floor: string | undefined;
  #last: string | undefined;
  #asked: Asked | undefined;

  /** The entry read last; undefined until the stream has been reached. */
  get last(): string | undefined {
    return this.#last;
  }

  /** Forgets everything: what comes next follows on `id`. */
  start(id: string): void {
    this.#held = [];
    this.#bytes = 0;
    this.#floor = id;
    this.#last = id;
    this.#asked = undefined;
  }

  add(id: string, { event, data, client_id }: JobChangeEntry): void {
    const text = eventText(event, data, event === 'done' ? doneId(id) : id);
    this.#held.push({ id, jobId: data.job_id, clientId: client_id, event, text });
    this.#bytes += text.length;
    this.#last = id;
    this.#asked = undefined;
    if (this.#held.length > liveLimits.changesKeptMax || this.#bytes > liveLimits.heldBytesMax) this.#dropHalf();
  }

  /** Whether all that came after this entry is held. */
  reaches(id: string): boolean {
    return this.#floor !== undefined && !isBefore(id, this.#floor);
  }

  /** What a job's listener that was told everything up to `id` is told next, some of it if it is much. */
  ofJob(jobId: string, id: string): Following {
    const asked = this.#asked;
    // A thousand listeners of one job mostly ask the same.
    if (asked?.jobId === jobId && asked.id === id) return asked.answer;
    const answer = this.after(id, change => change.jobId === jobId, true);
    this.#asked = { jobId, id, answer };
    return answer;
  }

  /** The same of all that is `wanted`. */
  after(id: string, wanted: (change: HeldChange) => boolean, endsWithDone = false): Following {
    const texts: string[] = [];
    let length = 0;
    for (let i = this.#indexAfter(id); i < this.#held.length; i++) {
      const change = this.#held[i] as HeldChange;
      if (!wanted(change)) continue;
      texts.push(change.text);
      length += change.text.length;
      const isDone = endsWithDone && change.event === 'done';
      if (isDone || length > liveLimits.catchUpBytes) return { bytes: joined(texts), id: change.id, isDone };
    }
    // Another process may have been ahead of this one.
    const last = this.#last === undefined || isBefore(this.#last, id) ? id : this.#last;
    return { bytes: joined(texts), id: last, isDone: false };
  }

  #indexAfter(id: string): number {
    let low = 0;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(id, this.#held[middle]?.id ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #dropHalf(): void {
    const dropped = this.#held.splice(0, Math.ceil(this.#held.length / 2));
    this.#floor = dropped.at(-1)?.id ?? this.#floor;
    for (const { text } of dropped) this.#bytes -= text.length;
  }
}

function joined(texts: readonly string[]): Buffer {
  return Buffer.from(texts.join(''));
}
