/** Lines of a byte stream, without their ends. A last line needs no end. */

export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (pending + decoder.decode(value, { stream: !done })).split('\n');
      pending = lines.pop() ?? '';
      yield* lines;
      if (done) break;
    }
    if (pending !== '') yield pending;
  } finally {
    // Whoever stops early closes the connection.
    await reader.cancel().catch(() => undefined);
  }
}
