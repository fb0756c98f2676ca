/** A directory on this machine's own disk, for what lives no longer than its owner. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class LocalDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param name what its own name begins with */
  static async make(name: string): Promise<LocalDirectory> {
    return new LocalDirectory(await mkdtemp(join(tmpdir(), `${name}-`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
