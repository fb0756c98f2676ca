/** The first lines of a stream of bytes; whatever feeds it is told to stop as soon as they are through. */
const newline = 10;

export async function* takeLines(chunks: AsyncIterable<Uint8Array>, lines: number): AsyncGenerator<Uint8Array> {
  let left = lines;
  for await (const chunk of chunks) {
    const { end, taken } = endOfLines(chunk, left);
    left -= taken;
    yield chunk.subarray(0, end);
    if (left === 0) return;
  }
}

/** Where line number `lines` of the chunk ends, or the chunk does. */
function endOfLines(chunk: Uint8Array, lines: number): { end: number; taken: number } {
  let end = 0;
  for (let taken = 0; taken < lines; taken++) {
    const at = chunk.indexOf(newline, end);
    if (at < 0) return { end: chunk.length, taken };
    end = at + 1;
  }
  return { end, taken: lines };
}
