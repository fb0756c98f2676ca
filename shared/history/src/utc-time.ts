/**
 * Times in the database are text of one width, `2026-01-31T12:00:00.000Z`, so that text order is the order of time.
 * On the wire they may come with more, fewer or no digits after the seconds.
 */

/** Throws `RangeError` for what is no time. */
export function fixedWidthTime(time: string): string {
  return new Date(time).toISOString();
}

/** The earlier of two fixed-width times, of which the first may be unknown. */
export function earlier(time: string | null, other: string): string {
  return time !== null && time < other ? time : other;
}
