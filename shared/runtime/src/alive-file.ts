/**
 * A file that is written again and again for as long as this process goes round its event loop: what a health check looks at
 * where a process serves no port. It says nothing about Redis, whose absence a restart does not mend.
 */
import { writeFile } from 'node:fs/promises';
import { processLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';

export class AliveFile implements Disposable {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #isWriting = false;

  /** Writes it at once. */
  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#write(), processLimits.heartbeatMs);
    void this.#write();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      await writeFile(this.#path, `${new Date().toISOString()}\n`);
    } catch (error) {
      this.#logger.warn('the file that says that this process is alive cannot be written', { error });
    } finally {
      this.#isWriting = false;
    }
  }
}
