/** A stream whose chunks come in time, and which says in plain words how it broke. */
import { ConnectionError } from './connection-error.js';
import { reasonOf } from './transport.js';

export interface Watch {
  /** For the error. */
  readonly url: string;
  readonly idleMs: number;
  /** The caller's own reason to stop is not the connection's fault. */
  readonly signal: AbortSignal | undefined;
}

/** The same bytes. Fails with `ConnectionError` if `idleMs` pass without any, or if the connection breaks. */
export function watchStream(source: ReadableStream<Uint8Array>, watch: Watch): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await readInTime(reader, watch);
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: reason => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function readInTime(reader: ReadableStreamDefaultReader<Uint8Array>, { url, idleMs, signal }: Watch) {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new ConnectionError('timeout', url, `no data for ${idleMs} ms`);
      reject(error);
      void reader.cancel(error).catch(() => undefined);
    }, idleMs);
  });
  try {
    return await Promise.race([reader.read(), idle]);
  } catch (error) {
    if (error instanceof ConnectionError) throw error;
    signal?.throwIfAborted();
    throw new ConnectionError('unreachable', url, `the answer broke off: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
