/** The text of server-sent events, and the ids that listeners send back. */

/** Without an id, the listener's last one stays. `data` becomes one line: JSON has no line breaks of its own. */
export function eventText(event: string, data: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Of the last event of a job's stream, so that who comes back with it need not be told again. */
const doneSuffix = '.done';

export function doneId(id: string): string {
  return `${id}${doneSuffix}`;
}

export interface LastEvent {
  /** Of the entry in the stream of changes. */
  readonly id: string;
  readonly isDone: boolean;
}

/** Undefined for what no event of ours had. */
export function parseLastEventId(text: string | undefined): LastEvent | undefined {
  const [, id, suffix] = /^(\d{1,15}-\d{1,20})(\.done)?$/.exec(text ?? '') ?? [];
  return id === undefined ? undefined : { id, isDone: suffix === doneSuffix };
}

/** Whether an entry comes before another. */
export function isBefore(id: string, other: string): boolean {
  const [ms = 0, number = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number);
  return ms === otherMs ? number < otherNumber : ms < otherMs;
}
