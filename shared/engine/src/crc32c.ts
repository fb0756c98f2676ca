/**
 * CRC-32C (Castagnoli): the checksum of segments, parts and manifests.
 *
 * Slicing by 8 (M. E. Kounavis and F. L. Berry, "A Systematic Approach to Building High Performance, Software-based,
 * CRC Generators", 2005): instead of one table look-up per byte, each depending on the one before, eight independent
 * look-ups handle eight bytes. Table k answers "what does this byte do to the checksum when k more bytes follow it".
 *
 * Incremental: `crc32c(b, crc32c(a))` equals the checksum of a followed by b.
 * Example: the nine bytes of `123456789` have the checksum 0xE3069283.
 * Cost: about 0.5 ns a byte; the tables take 8 KiB, made once per thread.
 */
const polynomial = 0x82f63b78; // 0x1EDC6F41 with its bits reversed
const slice = 8;

const tables = makeTables();

/**
 * The checksum of `bytes`, unsigned.
 * @param previous checksum of what came before; 0 at the start
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const t = tables;
  const length = bytes.length;
  const sliced = length - (length % slice);
  let crc = ~previous;
  let at = 0;
  // `as number`: every index is in range by construction, and a check per byte would cost more than the sum itself.
  for (; at < sliced; at += slice) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (t[1792 + (crc & 255)] as number) ^
      (t[1536 + ((crc >>> 8) & 255)] as number) ^
      (t[1280 + ((crc >>> 16) & 255)] as number) ^
      (t[1024 + (crc >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[at] as number)) & 255] as number);
  return ~crc >>> 0;
}

/** Eight tables of 256 entries, one after the other: entry `256 * k + byte`. */
function makeTables(): Int32Array {
  const made = new Int32Array(slice * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256] as number;
    made[at] = (before >>> 8) ^ (made[before & 255] as number);
  }
  return made;
}
