/** Headers of Zstandard frames: RFC 8878, section 3.1. */

export const frameHeaderBytesMax = 18;
const magic = 0xfd2fb528;
/** The last hexadecimal digit is free. */
const skippableMagic = 0x184d2a50;
const skippableHeaderBytes = 8;
const reservedBit = 0x08;

export interface FrameHeader {
  /** Of the header itself. */
  readonly bytes: number;
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

/** The length of the skippable frame that begins here, which holds others' data; undefined if none does. */
export function skippableBytes(head: Uint8Array): number | undefined {
  const view = viewOf(head);
  if (head.length < skippableHeaderBytes || (view.getUint32(0, true) & ~0xf) >>> 0 !== skippableMagic) return undefined;
  return skippableHeaderBytes + view.getUint32(4, true);
}

/** @returns the header, `truncated` if it is not whole, or what is wrong with it */
export function parseFrameHeader(head: Uint8Array): FrameHeader | string {
  if (head.length < 4) return 'truncated';
  const view = viewOf(head);
  if (view.getUint32(0, true) !== magic) return 'has something other than a Zstandard frame';
  const descriptor = head[4];
  if (descriptor === undefined) return 'truncated';
  if ((descriptor & reservedBit) !== 0) return 'has a Zstandard frame of an unknown kind';
  const layout = layoutOf(descriptor);
  const { dictionaryAt, sizeAt, sizeBytes, isSingle } = layout;
  const bytes = sizeAt + sizeBytes;
  if (head.length < bytes) return 'truncated';
  if (head.subarray(dictionaryAt, sizeAt).some(byte => byte !== 0))
    return 'has a Zstandard frame that needs a dictionary';
  const contentBytes = sizeBytes === 0 ? undefined : readSize(view, sizeAt, sizeBytes);
  const windowBytes = isSingle ? (contentBytes ?? 0) : windowOf(head[5] ?? 0);
  return { bytes, windowBytes, contentBytes, hasChecksum: (descriptor & 0x04) !== 0 };
}

function layoutOf(descriptor: number) {
  const isSingle = (descriptor & 0x20) !== 0;
  const contentFlag = descriptor >> 6;
  const sizeBytesMin = isSingle ? 1 : 0;
  const sizeBytes = contentFlag === 0 ? sizeBytesMin : 1 << contentFlag;
  const dictionaryAt = isSingle ? 5 : 6;
  const sizeAt = dictionaryAt + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  return { isSingle, sizeBytes, dictionaryAt, sizeAt };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
