/**
 * What stands behind all mounts of one export: the server. A file is known by a handle that is never given twice, as over NFS, wherever the file is
 * renamed to; when its last name is gone, the handle is stale. So nobody else may change the directory meanwhile.
 */
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

export const rootNode = 1;
const openFilesMax = 256;

export class SystemError extends Error {
  /** Positive. */
  readonly errno: number;

  constructor(code: keyof typeof constants.errno) {
    super(code);
    this.errno = constants.errno[code];
  }
}

interface ServedFile {
  readonly node: number;
  readonly inode: bigint;
  /** From the root of the export. None: removed. */
  readonly names: Set<string>;
}

export interface FoundFile {
  readonly node: number;
  readonly stats: fs.BigIntStats;
}

export class ServedFiles {
  readonly #directory: string;
  readonly #byNode = new Map<number, ServedFile>();
  readonly #byInode = new Map<bigint, ServedFile>();
  readonly #open = new Map<number, number>();
  #lastNode = rootNode;

  constructor(directory: string) {
    this.#directory = directory;
    const root = { node: rootNode, inode: fs.lstatSync(directory, { bigint: true }).ino, names: new Set(['']) };
    this.#byNode.set(rootNode, root);
    this.#byInode.set(root.inode, root);
  }

  /** @throws {SystemError} `ESTALE` if the file has been removed. */
  pathOf(node: number): string {
    return join(this.#directory, this.#nameOf(node));
  }

  stats(node: number): fs.BigIntStats {
    return fs.lstatSync(this.pathOf(node), { bigint: true });
  }

  /** Undefined if there is no such name. */
  find(parent: number, name: string): FoundFile | undefined {
    const relative = join(this.#nameOf(parent), name);
    const stats = fs.lstatSync(join(this.#directory, relative), { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const known = this.#byInode.get(stats.ino) ?? this.#welcome(stats.ino);
    known.names.add(relative);
    return { node: known.node, stats };
  }

  /** Of what was just made there. */
  made(parent: number, name: string): FoundFile {
    const found = this.find(parent, name);
    if (found === undefined) throw new SystemError('EIO');
    return found;
  }

  /** An open file of the server's own, kept for the next call. */
  descriptor(node: number): number {
    const path = this.pathOf(node);
    const kept = this.#open.get(node);
    if (kept !== undefined) return kept;
    const [oldest] = this.#open.keys();
    if (this.#open.size >= openFilesMax && oldest !== undefined) this.#close(oldest);
    const descriptor = fs.openSync(path, 'r+');
    this.#open.set(node, descriptor);
    return descriptor;
  }

  remove(parent: number, name: string, isDirectory: boolean): void {
    const found = this.find(parent, name);
    const relative = join(this.#nameOf(parent), name);
    const path = join(this.#directory, relative);
    if (isDirectory) fs.rmdirSync(path);
    else fs.unlinkSync(path);
    if (found !== undefined) this.#forgetName(found.node, relative);
  }

  rename(from: number, name: string, to: number, newName: string): void {
    const moved = this.find(from, name);
    if (moved === undefined) throw new SystemError('ENOENT');
    const replaced = this.find(to, newName);
    const [old, now] = [join(this.#nameOf(from), name), join(this.#nameOf(to), newName)];
    fs.renameSync(join(this.#directory, old), join(this.#directory, now));
    if (replaced?.node === moved.node) return;
    if (replaced !== undefined) this.#forgetName(replaced.node, now);
    for (const { names } of this.#byNode.values()) {
      for (const known of [...names]) {
        if (known !== old && !known.startsWith(`${old}/`)) continue;
        names.delete(known);
        names.add(`${now}${known.slice(old.length)}`);
      }
    }
  }

  #nameOf(node: number): string {
    const [name] = this.#byNode.get(node)?.names ?? [];
    if (name === undefined) throw new SystemError('ESTALE');
    return name;
  }

  #welcome(inode: bigint): ServedFile {
    this.#lastNode++;
    const file = { node: this.#lastNode, inode, names: new Set<string>() };
    this.#byNode.set(file.node, file);
    this.#byInode.set(inode, file);
    return file;
  }

  #forgetName(node: number, name: string): void {
    const file = this.#byNode.get(node);
    if (file === undefined) return;
    file.names.delete(name);
    // It may have further names that nobody has asked for yet.
    const descriptor = this.#open.get(node);
    const left = descriptor === undefined ? file.names.size : Number(fs.fstatSync(descriptor).nlink);
    if (left > 0 && file.names.size > 0) return;
    this.#close(node);
    this.#byNode.delete(node);
    this.#byInode.delete(file.inode);
  }

  #close(node: number): void {
    const descriptor = this.#open.get(node);
    if (descriptor === undefined) return;
    this.#open.delete(node);
    fs.closeSync(descriptor);
  }
}
