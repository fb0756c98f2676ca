/** A directory that lives as long as its owner. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class TemporaryDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(purpose = 'test'): Promise<TemporaryDirectory> {
    return new TemporaryDirectory(await mkdtemp(join(tmpdir(), `gridmr-${purpose}-`)));
  }

  /** Absolute path of something inside. */
  resolve(...segments: string[]): string {
    return join(this.path, ...segments);
  }

  /** Writes a file inside, with the directories above it, and returns its absolute path. */
  async write(relativePath: string, content: Uint8Array | string): Promise<string> {
    const path = this.resolve(relativePath);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  /** Removes the directory and all below it. A process that still writes there is given a moment to end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
