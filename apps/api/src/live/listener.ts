/**
 * One connection that is told what happens, as server-sent events.
 *
 * ```
 * told up to here?      no, or what follows is not held any more → how things are now (a snapshot), then from there
 *                       yes → what follows, as long as the connection takes it
 * takes no more?        nothing is written until it does; then what follows, or a snapshot. After `stallMs` it is cut off
 * ```
 *
 * So what waits for a slow connection is one piece, shared with all others, however much happens meanwhile.
 */
import { once } from 'node:events';
import { liveLimits } from '@gridmr/contracts';
import type { Response } from 'express';
import type { ChangeLog, Following } from './change-log.js';

/** How things are now. */
export interface Snapshot {
  readonly pieces: readonly Buffer[];
  /** The entry it follows on; undefined while the stream of changes is out of reach. */
  readonly id: string | undefined;
  /** Nothing comes after it. */
  readonly isDone: boolean;
}

/** What a listener listens to. */
export interface Subject {
  /** Undefined for the stream of all jobs. */
  readonly jobId: string | undefined;
  following(id: string): Following;
  snapshot(): Promise<Snapshot>;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Of proxies that gather an answer before they send it on.
  'x-accel-buffering': 'no',
};

export class Listener {
  readonly subject: Subject;
  readonly #log: ChangeLog;
  readonly #response: Response;
  #told: string | undefined;
  #hasSnapshot = false;
  #advancing = false;
  #again = false;
  #blockedSinceMs: number | undefined;
  /** How often it was started anew. */
  #starts = 0;

  /** @param told the entry up to which it knows everything */
  constructor(subject: Subject, log: ChangeLog, response: Response, told: string | undefined) {
    this.subject = subject;
    this.#log = log;
    this.#response = response;
    this.#told = told;
    response.status(200).set(headers);
    response.write(`retry: ${liveLimits.comeBackMs}\n\n`);
  }

  get closed(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  /** Tells what there is to tell. Never throws: a connection that cannot be told is cut off, and comes back. */
  wake(): void {
    this.#again = true;
    if (this.#advancing) return;
    this.#advancing = true;
    this.#advance()
      .catch(() => this.#response.destroy())
      .finally(() => {
        this.#advancing = false;
      });
  }

  /** Everything told so far may be out of date. */
  startAnew(): void {
    this.#told = undefined;
    this.#hasSnapshot = false;
    this.#starts++;
    this.wake();
  }

  /** What nobody needs who is behind. */
  tellNow(bytes: Buffer | string): void {
    if (!this.#advancing && this.#blockedSinceMs === undefined && !this.closed) this.#response.write(bytes);
  }

  cutIfStalled(): void {
    const { stallMs } = liveLimits;
    if (this.#blockedSinceMs !== undefined && performance.now() - this.#blockedSinceMs > stallMs)
      this.#response.destroy();
  }

  end(): void {
    this.#response.end();
  }

  async #advance(): Promise<void> {
    while (this.#again && !this.closed) {
      this.#again = false;
      if (this.#told === undefined || !this.#log.reaches(this.#told)) await this.#tellSnapshot();
      else await this.#tellFollowing(this.#told);
    }
  }

  async #tellFollowing(told: string): Promise<void> {
    const { bytes, id, isDone } = this.subject.following(told);
    this.#told = id;
    if (bytes.length === 0) return;
    this.#again = true;
    if (isDone) this.#response.end(bytes);
    else await this.#write(bytes);
  }

  async #tellSnapshot(): Promise<void> {
    // While Redis is away one snapshot has to do.
    if (this.#hasSnapshot && this.#log.last === undefined) return;
    const starts = this.#starts;
    const { pieces, id, isDone } = await this.subject.snapshot();
    this.#again = true;
    if (starts !== this.#starts) return;
    this.#told = id;
    this.#hasSnapshot = true;
    for (const piece of pieces) await this.#write(piece);
    if (isDone) this.end();
  }

  /** Returns when the connection takes more. */
  async #write(bytes: Buffer): Promise<void> {
    if (this.closed || this.#response.write(bytes)) return;
    this.#blockedSinceMs = performance.now();
    const closed = new AbortController();
    const close = () => closed.abort();
    this.#response.once('close', close);
    try {
      await once(this.#response, 'drain', { signal: closed.signal });
    } finally {
      this.#blockedSinceMs = undefined;
      this.#response.off('close', close);
    }
  }
}
