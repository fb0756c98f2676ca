/**
 * Copies of few bytes, which most of the data plane's are: by words of four, through views that need no alignment. Up to 128 bytes that is faster than both a loop over
 * bytes (three times) and a call of `set`, which makes a view first that is garbage at once.
 *
 * Four words in each turn of the loop. The last word may overlap the one before, so that no bytes are left over.
 */

/** Beyond this, `set` is faster. */
export const shortCopyBytesMax = 128;

/** Copies `bytes` bytes, at most `shortCopyBytesMax` by intent, from `source[from]` to `target[to]`. There must be room; the two must not be the same memory. */
export function copyShort(target: DataView, to: number, source: DataView, from: number, bytes: number): void {
  if (bytes < 4) {
    for (let i = 0; i < bytes; i++) target.setUint8(to + i, source.getUint8(from + i));
    return;
  }
  let i = 0;
  for (const lastFour = bytes - 16; i <= lastFour; i += 16) {
    target.setInt32(to + i, source.getInt32(from + i, true), true);
    target.setInt32(to + i + 4, source.getInt32(from + i + 4, true), true);
    target.setInt32(to + i + 8, source.getInt32(from + i + 8, true), true);
    target.setInt32(to + i + 12, source.getInt32(from + i + 12, true), true);
  }
  const last = bytes - 4;
  for (; i < last; i += 4) target.setInt32(to + i, source.getInt32(from + i, true), true);
  target.setInt32(to + last, source.getInt32(from + last, true), true);
}

export function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}
