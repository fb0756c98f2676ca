/**
 * The shared directory as the rest of GridMR sees it. Backends: a local directory or an NFS mount (`fs-store.ts`), a bucket of an object
 * store (`s3/object-store.ts`). Nobody else touches `node:fs` for job data.
 *
 * Everything is written under a name of its own and becomes visible only by `commit`: write, then commit or discard.
 * Reads and writes of bytes are synchronous on purpose: they run in task threads, inside calls out of the sandbox, and
 * nowhere else. The API and the control steps use the asynchronous calls. (In a task thread these
 * need not wait for their turn in a pool of threads either: see `openFsStore`.)
 */
import type { Readable } from 'node:stream';

/** A path relative to the store's root, with `/`, without `..`; '' is the root. See `normaliseDataPath`. */
export type BlobPath = string;

export interface BlobStat {
  readonly path: BlobPath;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Half-open range of bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface PageRequest {
  /** Only files whose path begins so: `logs/2026` as well as `logs/`. */
  readonly prefix: string;
  /** The path after which the page begins. */
  readonly after?: BlobPath | undefined;
  readonly limit: number;
  /** Whether to look into a directory at all. */
  enters(directory: BlobPath): boolean;
}

export interface ReadOptions {
  /**
   * The file stands for certain, as a message or another file says: if it cannot be seen from here yet, because this machine remembers that the
   * name was missing (NFS), it is waited for, for a bounded time.
   */
  readonly isAwaited: boolean;
}

export interface BlobStore {
  /** Undefined if there is no such file (a directory is not a file). */
  stat(path: BlobPath): Promise<BlobStat | undefined>;
  /**
   * All files below a directory (or the file itself), in order of their paths' code points. Names that begin with a dot are
   * left out, unless `directory` itself is below one. Follows no link that leads outside. A missing directory has no files.
   */
  list(directory: BlobPath): AsyncIterable<BlobStat>;
  /** What `list` lists, without asking for sizes. */
  listPaths(directory: BlobPath): AsyncIterable<BlobPath>;
  /** Names of the files and directories in a directory, in no particular order; hidden ones left out. None if it is missing. */
  names(directory: BlobPath): Promise<string[]>;
  /** Whether `list` would list anything. Fast for directories of any size. */
  holdsFiles(directory: BlobPath): Promise<boolean>;
  /**
   * Files that match a glob (`logs/**\/*.txt`; never hidden ones), in order of their paths' code points: at most
   * `jobLimits.inputFilesMax + 1` of them. Throws `StorageError` `too_many` if the glob looks at too much of the tree.
   */
  glob(pattern: string): AsyncIterable<BlobStat>;

  /**
   * One page of the files below a directory, in order of their paths' code points, in bounded memory however many there are. Leaves out
   * hidden names and links. `next` is the path to go on after; undefined on the last page.
   */
  page(request: PageRequest): Promise<{ readonly files: readonly BlobStat[]; readonly next: BlobPath | undefined }>;
  /** The name that `path` has, or would get, once all links in it are followed. Throws `StorageError` `outside`. */
  realName(path: BlobPath): Promise<BlobPath>;

  /** A whole small file. Throws `StorageError` `too_large` beyond `maxBytes`, `not_found` if it is missing. */
  read(path: BlobPath, maxBytes: number, options?: ReadOptions): Promise<Uint8Array>;
  openReader(path: BlobPath, options?: ReadOptions): Promise<BlobReader>;
  readStream(path: BlobPath, range?: ByteRange): Readable;
  /** For sending a file, or parts of it, to somebody far away. Throws `not_found`, `not_a_file`. */
  openDownload(path: BlobPath): Promise<BlobDownload>;

  /** A new file, invisible under `path` until its `commit`. A `late` one is made only when more was written than its buffer holds, or at its commit. */
  createWriter(path: BlobPath, options?: { late: boolean }): Promise<BlobWriter>;
  /**
   * Writes a whole small file atomically, replacing what was there. In a new `directory` it takes fewer calls to make that before the file; it may be there all the
   * same.
   */
  write(path: BlobPath, bytes: Uint8Array, options?: { directory: 'new' }): Promise<void>;
  /**
   * The first-wins step: makes `bytes` the content of `path` if nothing is there yet, whole or not at all, however many
   * processes on however many machines try. Returns whether this call won.
   */
  commitOnce(path: BlobPath, bytes: Uint8Array): Promise<boolean>;
  /**
   * A new file for bytes that come slowly. It is visible under `path` at once and whole after `finish` only, so `path` is a name that nobody else knows, and
   * the file is renamed when it is finished.
   */
  createUpload(path: BlobPath): Promise<BlobUpload>;
  /** Of a file. The target is replaced whole; in an object store both names have the file for a moment. */
  rename(from: BlobPath, to: BlobPath): Promise<void>;
  /** Atomic, if nothing is at the target. Otherwise it returns false, and `from` stays where it is. */
  renameFirst(from: BlobPath, to: BlobPath): Promise<boolean>;
  /**
   * Makes the directory `from` of the platform be `to`, unless `to` is there. Returns whether it is there now. May be repeated after it died, and of several that move or drop
   * the same directory one gets it whole. What late writers put into `from` afterwards is not in `to`.
   */
  moveDirectory(from: BlobPath, to: BlobPath): Promise<boolean>;
  /** Removes a directory that somebody else may be about to move. */
  dropDirectory(directory: BlobPath): Promise<void>;
  /** Removes one file. Returns false if there is none; throws `not_a_file` for a directory. */
  removeFile(path: BlobPath): Promise<boolean>;
  /** Removes a file, or a directory and all below it. Missing is fine. */
  remove(path: BlobPath): Promise<void>;
  /**
   * Removes the file, and what writers of it left unfinished that were ended before they could discard it. Only for names that
   * nobody writes any more.
   */
  discard(path: BlobPath): Promise<void>;
  /** Throws `StorageError` unless a file can be written and removed. */
  checkWritable(): Promise<void>;
}

/** An open file. Whoever opened it closes it. */
export interface BlobReader extends Disposable {
  readonly path: BlobPath;
  readonly bytes: number;
  /** Fills `target` from `position`; fewer bytes only at the end of the file. Returns how many. */
  readSync(target: Uint8Array, position: number): number;
}

/** A file being written. Ends by exactly one of `commit` and `discard`; disposing discards what is neither. */
export interface BlobWriter extends AsyncDisposable {
  readonly path: BlobPath;
  readonly bytesWritten: number;
  /** All that was written, while no file was made of it: until its owner writes more or ends it. */
  readonly held: Uint8Array | undefined;
  writeSync(bytes: Uint8Array): void;
  /** Makes the file visible under its path, whole. `durable` also waits until it would survive a power cut. */
  commit(options?: { durable: boolean }): Promise<void>;
  discard(): Promise<void>;
}

/** Whoever created it disposes it, which closes the file. */
export interface BlobUpload extends AsyncDisposable {
  /** One call at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** After the last write: what was written would survive a power cut. */
  finish(): Promise<void>;
}

/** An open file, which stays the same even if another one takes its name, or then cannot be read on. Whoever opened it disposes it. */
export interface BlobDownload extends BlobStat, AsyncDisposable {
  /** Differs between any two files that ever had the name. */
  readonly version: string;
  pieces(range: ByteRange): AsyncIterable<Uint8Array>;
}
