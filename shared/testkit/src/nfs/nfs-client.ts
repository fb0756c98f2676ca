/**
 * One mount of an export, as a machine has it: what its kernel asks, answered by the server, with what an NFS client adds to that. It remembers
 * attributes, names and missing names for a while; it looks again when a file is opened (close-to-open); it writes what was written when the file is
 * closed or synchronised; a file that is removed while it is open here is renamed out of the way (`.nfs…`) until it is closed.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import {
  attributeReply,
  changes,
  directoryEntries,
  entry,
  forgetAttributes,
  initReply,
  namesAt,
  opcodes,
  opened,
  type Request,
  reply,
  written,
} from './fuse-wire.js';
import { type FoundFile, type ServedFiles, SystemError } from './served-files.js';

const delayedBytesMax = 4 * 1024 * 1024;
const modeBits = 0o7777;

/** How long this machine believes what it knows, in seconds. */
export interface NfsMemory {
  readonly attributes: number;
  readonly names: number;
  readonly missing: number;
}

interface Delayed {
  bytes: number;
  readonly pieces: { readonly offset: number; readonly bytes: Buffer }[];
}

type Answer = readonly Buffer[];

export class NfsClient {
  readonly #server: ServedFiles;
  readonly #memory: NfsMemory;
  readonly #notify: (message: Buffer) => void;
  readonly #openCounts = new Map<number, number>();
  readonly #delayed = new Map<number, Delayed>();
  /** Names to remove when the file is closed. */
  readonly #silly = new Map<number, { parent: number; name: string }>();
  readonly #listings = new Map<number, string[]>();
  #lastHandle = 0;
  readonly #handlers: Readonly<Record<number, (node: number, body: Buffer) => Answer>>;

  constructor(server: ServedFiles, memory: NfsMemory, notify: (message: Buffer) => void) {
    this.#server = server;
    this.#memory = memory;
    this.#notify = notify;
    this.#handlers = this.#table();
  }

  /** Undefined where the kernel wants no answer. */
  answer({ opcode, unique, node, body }: Request): Buffer | undefined {
    if (opcode === opcodes.forget || opcode === opcodes.batchForget || opcode === opcodes.interrupt) return undefined;
    const handler = this.#handlers[opcode];
    if (handler === undefined) return reply(unique, new SystemError('ENOSYS').errno);
    try {
      return reply(unique, 0, ...handler(node, body));
    } catch (error) {
      const errno = Math.abs((error as { errno?: number }).errno ?? 0);
      return reply(unique, errno === 0 ? new SystemError('EIO').errno : errno);
    }
  }

  #table(): Record<number, (node: number, body: Buffer) => Answer> {
    const path = (node: number, name: string) => join(this.#server.pathOf(node), name);
    return {
      [opcodes.init]: () => [initReply()],
      [opcodes.destroy]: () => [],
      [opcodes.lookup]: (node, body) => [this.#lookUp(node, this.#name(body, 0))],
      [opcodes.getattr]: node => this.#attributes(node),
      [opcodes.setattr]: (node, body) => this.#change(node, body),
      [opcodes.readlink]: node => [Buffer.from(fs.readlinkSync(this.#server.pathOf(node)))],
      [opcodes.symlink]: (node, body) => {
        const [name = '', target = ''] = namesAt(body, 0);
        fs.symlinkSync(target, path(node, name));
        return [this.#entry(this.#server.made(node, name))];
      },
      [opcodes.mkdir]: (node, body) => {
        const name = this.#name(body, 8);
        fs.mkdirSync(path(node, name), body.readUInt32LE(0));
        return [this.#entry(this.#server.made(node, name))];
      },
      [opcodes.create]: (node, body) =>
        this.#create(node, this.#name(body, 16), body.readUInt32LE(0), body.readUInt32LE(4)),
      [opcodes.link]: (node, body) => {
        const name = this.#name(body, 8);
        fs.linkSync(this.#server.pathOf(Number(body.readBigUInt64LE(0))), path(node, name));
        return [this.#entry(this.#server.made(node, name))];
      },
      [opcodes.unlink]: (node, body) => this.#unlink(node, this.#name(body, 0)),
      [opcodes.rmdir]: (node, body) => this.#done(() => this.#server.remove(node, this.#name(body, 0), true)),
      [opcodes.rename]: (node, body) => this.#rename(node, Number(body.readBigUInt64LE(0)), namesAt(body, 8)),
      [opcodes.rename2]: (node, body) => {
        if (body.readUInt32LE(8) !== 0) throw new SystemError('EINVAL');
        return this.#rename(node, Number(body.readBigUInt64LE(0)), namesAt(body, 16));
      },
      [opcodes.open]: node => this.#open(node),
      [opcodes.read]: (node, body) => this.#read(node, Number(body.readBigUInt64LE(8)), body.readUInt32LE(16)),
      [opcodes.write]: (node, body) =>
        this.#write(node, Number(body.readBigUInt64LE(8)), body.subarray(40, 40 + body.readUInt32LE(16))),
      [opcodes.flush]: node => this.#done(() => this.#writeBack(node)),
      [opcodes.fsync]: node => this.#done(() => this.#writeBack(node)),
      [opcodes.fsyncdir]: () => [],
      [opcodes.release]: node => this.#release(node),
      [opcodes.opendir]: node => {
        this.#lastHandle++;
        this.#listings.set(this.#lastHandle, fs.readdirSync(this.#server.pathOf(node)));
        return [opened(this.#lastHandle)];
      },
      [opcodes.readdir]: (_node, body) => {
        const names = this.#listings.get(Number(body.readBigUInt64LE(0))) ?? [];
        return [directoryEntries(names, Number(body.readBigUInt64LE(8)), body.readUInt32LE(16))];
      },
      [opcodes.releasedir]: (_node, body) => this.#done(() => this.#listings.delete(Number(body.readBigUInt64LE(0)))),
      [opcodes.statfs]: node => this.#room(node),
    };
  }

  #done(act: () => unknown): Answer {
    act();
    return [];
  }

  #name(body: Buffer, offset: number): string {
    return namesAt(body, offset)[0] ?? '';
  }

  #lookUp(parent: number, name: string): Buffer {
    const found = this.#server.find(parent, name);
    if (found !== undefined) return this.#entry(found);
    if (this.#memory.missing === 0) throw new SystemError('ENOENT');
    return entry(0, this.#memory.missing, 0);
  }

  #entry(found: FoundFile): Buffer {
    const stats = this.#delayed.has(found.node) ? this.#fresh(found.node) : found.stats;
    return entry(found.node, this.#memory.names, this.#memory.attributes, stats);
  }

  #fresh(node: number): fs.BigIntStats {
    this.#writeBack(node);
    return this.#server.stats(node);
  }

  #attributes(node: number): Answer {
    return [attributeReply(node, this.#memory.attributes, this.#fresh(node))];
  }

  #change(node: number, body: Buffer): Answer {
    this.#writeBack(node);
    const path = this.#server.pathOf(node);
    const wanted = body.readUInt32LE(0);
    if (wanted & changes.size) fs.truncateSync(path, Number(body.readBigUInt64LE(16)));
    if (wanted & changes.mode) fs.chmodSync(path, body.readUInt32LE(68) & modeBits);
    if (wanted & (changes.uid | changes.gid)) {
      const { uid, gid } = this.#server.stats(node);
      const owner = (change: number, at: number, now: bigint) =>
        wanted & change ? body.readUInt32LE(at) : Number(now);
      fs.lchownSync(path, owner(changes.uid, 76, uid), owner(changes.gid, 80, gid));
    }
    if (wanted & (changes.atime | changes.mtime)) {
      const { atimeMs, mtimeMs } = this.#server.stats(node);
      const seconds = (change: number, now: number, at: number, fractionAt: number, kept: bigint) => {
        if (wanted & now) return Date.now() / 1000;
        return wanted & change
          ? Number(body.readBigUInt64LE(at)) + body.readUInt32LE(fractionAt) / 1e9
          : Number(kept) / 1000;
      };
      const accessed = seconds(changes.atime, changes.atimeNow, 32, 56, atimeMs);
      fs.lutimesSync(path, accessed, seconds(changes.mtime, changes.mtimeNow, 40, 60, mtimeMs));
    }
    return this.#attributes(node);
  }

  #create(parent: number, name: string, flags: number, mode: number): Answer {
    const path = join(this.#server.pathOf(parent), name);
    fs.closeSync(
      fs.openSync(path, (flags & fs.constants.O_EXCL) | fs.constants.O_CREAT | fs.constants.O_RDWR, mode & modeBits),
    );
    const found = this.#server.made(parent, name);
    return [this.#entry(found), this.#opened(found.node)];
  }

  /** Looks at the server anew: whoever closed the file before this opens it is seen. */
  #open(node: number): Answer {
    this.#server.pathOf(node);
    this.#notify(forgetAttributes(node));
    return [this.#opened(node)];
  }

  #opened(node: number): Buffer {
    this.#openCounts.set(node, (this.#openCounts.get(node) ?? 0) + 1);
    return opened(0);
  }

  #read(node: number, offset: number, size: number): Answer {
    this.#writeBack(node);
    const bytes = Buffer.allocUnsafe(size);
    return [bytes.subarray(0, fs.readSync(this.#server.descriptor(node), bytes, 0, size, offset))];
  }

  #write(node: number, offset: number, piece: Buffer): Answer {
    const delayed = this.#delayed.get(node) ?? { bytes: 0, pieces: [] };
    this.#delayed.set(node, delayed);
    delayed.pieces.push({ offset, bytes: Buffer.from(piece) });
    delayed.bytes += piece.length;
    if (delayed.bytes > delayedBytesMax) this.#writeBack(node);
    return [written(piece.length)];
  }

  #writeBack(node: number): void {
    const delayed = this.#delayed.get(node);
    if (delayed === undefined) return;
    this.#delayed.delete(node);
    const descriptor = this.#server.descriptor(node);
    for (const { offset, bytes } of delayed.pieces) fs.writeSync(descriptor, bytes, 0, bytes.length, offset);
  }

  #release(node: number): Answer {
    const left = (this.#openCounts.get(node) ?? 1) - 1;
    if (left > 0) {
      this.#openCounts.set(node, left);
      return [];
    }
    this.#openCounts.delete(node);
    const silly = this.#silly.get(node);
    this.#silly.delete(node);
    if (silly !== undefined) this.#server.remove(silly.parent, silly.name, false);
    return [];
  }

  #unlink(parent: number, name: string): Answer {
    if (!this.#putAside(parent, name)) this.#server.remove(parent, name, false);
    return [];
  }

  #rename(from: number, to: number, [name = '', newName = '']: readonly string[]): Answer {
    this.#putAside(to, newName);
    this.#server.rename(from, name, to, newName);
    return [];
  }

  /** Only the last name of a file that is open here. */
  #putAside(parent: number, name: string): boolean {
    const found = this.#server.find(parent, name);
    if (found === undefined || !this.#openCounts.has(found.node) || found.stats.nlink > 1n) return false;
    this.#lastHandle++;
    const aside = `.nfs${found.node.toString(16).padStart(16, '0')}${this.#lastHandle.toString(16).padStart(8, '0')}`;
    this.#server.rename(parent, name, parent, aside);
    this.#silly.set(found.node, { parent, name: aside });
    return true;
  }

  #room(node: number): Answer {
    const room = fs.statfsSync(this.#server.pathOf(node));
    const bytes = Buffer.alloc(80);
    const longs = [room.blocks, room.bfree, room.bavail, room.files, room.ffree];
    for (const [i, value] of longs.entries()) bytes.writeBigUInt64LE(BigInt(value), i * 8);
    for (const [i, value] of [room.bsize, 255, room.bsize].entries()) bytes.writeUInt32LE(value, 40 + i * 4);
    return [bytes];
  }
}
