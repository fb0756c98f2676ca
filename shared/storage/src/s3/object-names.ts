/**
 * From paths to keys and back. An object store has no directories and no links: a path is judged by its text alone, and a file in a directory is a key with
 * slashes. Names that no file system would take are refused, so that everything can be copied from one kind of store to the other.
 */
import { objectStoreLimits, reservedDirectory } from '@gridmr/contracts';
import type { BlobPath } from '../blob-store.js';
import { canonicalPath, rootItself } from '../confinement.js';
import { StorageError } from '../storage-error.js';

export class ObjectNames {
  readonly #prefix: string;

  /** @param prefix before every key of the store: empty, or ending with `/` */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The key of what may be there or not. Throws `outside`. */
  key(path: BlobPath): string {
    return this.#prefix + canonicalPath(path);
  }

  /** Of what all keys below a directory begin with. Throws `outside`. */
  below(directory: BlobPath): string {
    const canonical = canonicalPath(directory);
    return canonical === '' ? this.#prefix : `${this.#prefix}${canonical}/`;
  }

  /** For what is written, moved or removed. Throws `outside`, also for the root itself; `io_error` for names that are too long. */
  target(path: BlobPath): BlobPath {
    const canonical = canonicalPath(path);
    if (canonical === '') throw rootItself(path);
    if (this.isTooLong(canonical)) {
      throw new StorageError('io_error', path, `${path} could not be written: a name in it is too long`);
    }
    return canonical;
  }

  isTooLong(canonical: BlobPath): boolean {
    const { nameBytesMax, keyBytesMax } = objectStoreLimits;
    const isLongName = canonical.split('/').some(name => Buffer.byteLength(name) > nameBytesMax);
    return isLongName || Buffer.byteLength(this.key(canonical)) > keyBytesMax;
  }

  prefixed(prefix: string): string {
    return this.#prefix + prefix;
  }

  /** Undefined for keys that no path has, which others have made: `a//b`, `a/../b`, and `a/`, which stands for an empty directory. */
  path(key: string): BlobPath | undefined {
    const path = key.slice(this.#prefix.length);
    const isPath = path.split('/').every(name => name !== '' && name !== '.' && name !== '..');
    return isPath ? path : undefined;
  }
}

/** Below the platform's own directory nobody but the platform makes names, and none that is a file and a directory at once. */
export function isOwnPath(path: BlobPath): boolean {
  return path.startsWith(`${reservedDirectory}/`);
}

export function directoriesAbove(path: BlobPath): BlobPath[] {
  const names = path.split('/');
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'));
}
