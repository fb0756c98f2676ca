/** `bytes`, or a longer copy of its first `used` bytes, with room for `more` behind them. Memory doubles. */
export function grown(bytes: Uint8Array<ArrayBuffer>, used: number, more: number): Uint8Array<ArrayBuffer> {
  if (used + more <= bytes.length) return bytes;
  const longer = new Uint8Array(Math.max(used + more, 2 * bytes.length));
  longer.set(bytes.subarray(0, used));
  return longer;
}
