/** Server-sent events of a byte stream, as far as GridMR sends them: an id, a name, one line of data. */
import { readLines } from './read-lines.js';

export interface ReceivedEvent {
  /** The stream goes on after this one, if it is asked for again; undefined if the event has none of its own. */
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** An event that the stream breaks off in is left out. Comments are left out too. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ReceivedEvent, void, undefined> {
  let fields = new Map<string, string>();
  for await (const line of readLines(stream)) {
    if (line === '') {
      const data = fields.get('data');
      if (data !== undefined) yield { id: fields.get('id'), event: fields.get('event') ?? 'message', data };
      fields = new Map();
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
  }
}
