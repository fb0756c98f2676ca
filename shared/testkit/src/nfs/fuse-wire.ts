/** Numbers and layouts of the protocol between the kernel and a file system in user space (`linux/fuse.h`, version 7.31), as far as ours speaks it. */
import type { BigIntStats } from 'node:fs';

export const opcodes = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  readlink: 5,
  symlink: 6,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  fsyncdir: 30,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  rename2: 45,
} as const;

/** Of a change of attributes: which of them. */
export const changes = {
  mode: 1,
  uid: 2,
  gid: 4,
  size: 8,
  atime: 16,
  mtime: 32,
  atimeNow: 128,
  mtimeNow: 256,
} as const;

export const headerBytes = 40;
const replyHeaderBytes = 16;
const attributeBytes = 88;
const entryBytes = 40 + attributeBytes;
const nanoseconds = 1_000_000_000n;
export const transferBytesMax = 1024 * 1024;
const pageBytes = 4096;

export interface Request {
  readonly opcode: number;
  readonly unique: bigint;
  readonly node: number;
  /** What follows the header. */
  readonly body: Buffer;
}

export function readRequest(bytes: Buffer): Request {
  return {
    opcode: bytes.readUInt32LE(4),
    unique: bytes.readBigUInt64LE(8),
    node: Number(bytes.readBigUInt64LE(16)),
    body: bytes.subarray(headerBytes),
  };
}

/** Names in the body, each ended by a zero byte. */
export function namesAt(body: Buffer, offset: number): string[] {
  return body.toString('utf8', offset).split('\0').slice(0, -1);
}

/** `errno` is positive, or 0. */
export function reply(unique: bigint, errno: number, ...parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(replyHeaderBytes);
  const all = Buffer.concat([header, ...parts]);
  all.writeUInt32LE(all.length, 0);
  all.writeInt32LE(-errno, 4);
  all.writeBigUInt64LE(unique, 8);
  return all;
}

const notifyInvalidInode = 2;

/** Has the kernel forget what it knows of a file's attributes. */
export function forgetAttributes(node: number): Buffer {
  const bytes = Buffer.alloc(replyHeaderBytes + 24);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeInt32LE(notifyInvalidInode, 4);
  bytes.writeBigUInt64LE(BigInt(node), replyHeaderBytes);
  bytes.writeBigInt64LE(-1n, replyHeaderBytes + 8);
  return bytes;
}

const asyncReads = 1;
const bigWrites = 1 << 5;
const maxPages = 1 << 22;

export function initReply(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(7, 0);
  bytes.writeUInt32LE(31, 4);
  bytes.writeUInt32LE(transferBytesMax, 8);
  bytes.writeUInt32LE(asyncReads | bigWrites | maxPages, 12);
  bytes.writeUInt32LE(transferBytesMax, 20);
  bytes.writeUInt32LE(1, 24);
  bytes.writeUInt16LE(transferBytesMax / pageBytes, 28);
  return bytes;
}

export function attributes(node: number, stats: BigIntStats): Buffer {
  const bytes = Buffer.alloc(attributeBytes);
  const longs = [
    BigInt(node),
    stats.size,
    stats.blocks,
    ...[stats.atimeNs, stats.mtimeNs, stats.ctimeNs].map(ns => ns / nanoseconds),
  ];
  const shorts = [
    ...[stats.atimeNs, stats.mtimeNs, stats.ctimeNs].map(ns => ns % nanoseconds),
    ...[stats.mode, stats.nlink, stats.uid, stats.gid, stats.rdev, stats.blksize],
  ];
  for (const [i, value] of longs.entries()) bytes.writeBigUInt64LE(value, i * 8);
  for (const [i, value] of shorts.entries()) bytes.writeUInt32LE(Number(value), longs.length * 8 + i * 4);
  return bytes;
}

/** Seconds, with a fraction, as the kernel takes them. */
function writeSeconds(bytes: Buffer, seconds: number, wholeAt: number, fractionAt: number): void {
  bytes.writeBigUInt64LE(BigInt(Math.floor(seconds)), wholeAt);
  bytes.writeUInt32LE(Math.round((seconds % 1) * 1e9), fractionAt);
}

/** Node 0 says that there is no such name, and may be remembered too. */
export function entry(node: number, nameSeconds: number, attributeSeconds: number, stats?: BigIntStats): Buffer {
  const bytes = Buffer.alloc(entryBytes);
  bytes.writeBigUInt64LE(BigInt(node), 0);
  writeSeconds(bytes, nameSeconds, 16, 32);
  writeSeconds(bytes, attributeSeconds, 24, 36);
  if (stats !== undefined) attributes(node, stats).copy(bytes, entryBytes - attributeBytes);
  return bytes;
}

export function attributeReply(node: number, attributeSeconds: number, stats: BigIntStats): Buffer {
  const bytes = Buffer.alloc(16);
  writeSeconds(bytes, attributeSeconds, 0, 8);
  return Buffer.concat([bytes, attributes(node, stats)]);
}

export function opened(handle: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt(handle), 0);
  return bytes;
}

export function written(count: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(count, 0);
  return bytes;
}

/** Entries of a directory from a position on, as many as fit. */
export function directoryEntries(names: readonly string[], from: number, bytesMax: number): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (let i = from; i < names.length; i++) {
    const name = Buffer.from(names[i] ?? '');
    const bytes = Buffer.alloc(Math.ceil((24 + name.length) / 8) * 8);
    if (length + bytes.length > bytesMax) break;
    // Any number but 0; the kind is unknown, and asked for.
    bytes.writeBigUInt64LE(0xffff_ffffn, 0);
    bytes.writeBigUInt64LE(BigInt(i + 1), 8);
    bytes.writeUInt32LE(name.length, 16);
    name.copy(bytes, 24);
    parts.push(bytes);
    length += bytes.length;
  }
  return Buffer.concat(parts);
}
