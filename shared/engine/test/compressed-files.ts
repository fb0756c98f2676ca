/** Files that the `zstd` command made, as Node.js 20 makes none. */
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** `line n of text é`, n from 0 to 96 over and over, 20,000 lines: several blocks and a checksum. */
export const manyLines = fromBase64(
  'KLUv/aRKxAUAVAQAMgcUFsBnOP/8H65TE9lWDUBKKVNKyV+cnhBFVVVVERERERHNzMzMzIiIiIiI/P///7Zt23bbtm1LkiRJbtu2bUUjd7kCkTAMh8NgBAoGwDgIgkFiqBHg798BwKPKNRJIEFhBYBj+/v9/B9T4LLeMUpJSPrhA/qSPPeHRTnTMSZwL1uJDzMQoQKsCVAAAAAEA/f9i/LkGAkUAAAABAEfEOQACPnII5g==',
);
export const manyLinesText: string = Array.from({ length: 20_000 }, (_, i) => `line ${i % 97} of text é\n`).join('');

/** `one\ntwo\n`, with a checksum and without one. */
export const twoLines = fromBase64('KLUv/SQIQQAAb25lCnR3bwrmpg5A');
export const twoLinesUnchecked = fromBase64('KLUv/SAIQQAAb25lCnR3bwo=');

/** A frame that holds others' data. */
export const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
