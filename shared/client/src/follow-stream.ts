/** A stream of events that goes on when its connection breaks: after the last event that had an id, without loss and without repetition. */
import { ApiError } from './api-error.js';
import { ConnectionError } from './connection-error.js';
import { pause } from './pause.js';
import { type ReceivedEvent, readEvents } from './read-events.js';

export interface FollowOptions {
  /** Opens the stream after this event, or from its beginning. */
  readonly open: (lastEventId: string | undefined) => Promise<ReadableStream<Uint8Array>>;
  readonly comeBackMs: number;
  readonly signal: AbortSignal | undefined;
  /** Connections in a row that brought no event, after which it gives up; the last one's error is thrown. */
  readonly failuresMax: number;
  /** After this event the stream is over. */
  readonly isLast: (event: ReceivedEvent) => boolean;
}

/** Throws `ApiError` when the API refuses for good, `ConnectionError` when it cannot be reached any more, the signal's reason. */
export async function* followStream(options: FollowOptions): AsyncGenerator<ReceivedEvent, void, undefined> {
  const { open, comeBackMs, signal, failuresMax, isLast } = options;
  let lastEventId: string | undefined;
  let failures = 0;
  for (;;) {
    try {
      for await (const event of readEvents(await open(lastEventId))) {
        failures = 0;
        lastEventId = event.id ?? lastEventId;
        yield event;
        if (isLast(event)) return;
      }
      failures++;
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayPass(error) || ++failures >= failuresMax) throw error;
    }
    if (failures >= failuresMax) return;
    await pause(comeBackMs, signal);
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status === 503;
  return error instanceof ConnectionError && error.fault !== 'not_gridmr';
}
