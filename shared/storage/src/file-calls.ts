/**
 * The calls of the system that every task makes, for two kinds of callers: those that must not wait hand them to Node's pool of threads, and a thread
 * that has nothing else to do makes them itself. On a local disk most take microseconds, and the way through the pool takes several times that.
 */

import { linkSync, open, openSync, realpathSync, type Stats, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { link, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { saysMissing } from './fs-errors.js';

export interface FileCalls {
  realPath(path: string): Promise<string> | string;
  /** Undefined if nothing is there. */
  status(path: string): Promise<Stats | undefined> | Stats | undefined;
  open(path: string, flags: number): Promise<number> | number;
  /** Fails if the name is taken. */
  create(path: string, bytes: Uint8Array): Promise<void> | void;
  link(from: string, to: string): Promise<void> | void;
  /** How many names the file has. */
  links(path: string): Promise<number> | number;
  /** Missing is fine. */
  remove(path: string): Promise<void> | void;
}

const openPooled = promisify(open);

export const pooledCalls: FileCalls = {
  realPath: path => realpath(path),
  status: path => stat(path).catch(nothingIfMissing),
  open: (path, flags) => openPooled(path, flags),
  create: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
  link: (from, to) => link(from, to),
  links: async path => (await stat(path)).nlink,
  remove: path => rm(path, { force: true }),
};

export const blockingCalls: FileCalls = {
  realPath: path => realpathSync.native(path),
  status: path => {
    try {
      // Most of the time nothing is there, and an error takes longer to make than the call itself.
      return statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      return nothingIfMissing(error);
    }
  },
  open: (path, flags) => openSync(path, flags),
  create: (path, bytes) => writeFileSync(path, bytes, { flag: 'wx' }),
  link: (from, to) => linkSync(from, to),
  links: path => statSync(path).nlink,
  remove: path => {
    try {
      unlinkSync(path);
    } catch (error) {
      nothingIfMissing(error);
    }
  },
};

function nothingIfMissing(error: unknown): undefined {
  if (!saysMissing(error)) throw error;
}
