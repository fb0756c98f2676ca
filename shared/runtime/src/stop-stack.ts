/**
 * What a process has started, stopped in reverse order: the last that was started uses those before it.
 *
 * All of it has `stopMs`; what does not stop in its time is named in the log and left behind, and what is below it still
 * gets `stopPartMsMin`, because a hung consumer must not leave a queue server running.
 */
import { processLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';

export interface StopDeadlines {
  readonly stopMs: number;
  readonly stopPartMsMin: number;
}

interface Part {
  readonly name: string;
  readonly stop: () => unknown;
}

export class StopStack implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #deadlines: StopDeadlines;
  readonly #parts: Part[] = [];
  #stopping: Promise<void> | undefined;

  constructor(logger: Logger, deadlines: StopDeadlines = processLimits) {
    this.#logger = logger;
    this.#deadlines = deadlines;
  }

  /** `name` is what the log calls it. */
  add(name: string, stop: () => unknown): void {
    this.#parts.push({ name, stop });
  }

  /** Adds what can be disposed, and returns it. */
  use<Resource extends AsyncDisposable | Disposable>(name: string, resource: Resource): Resource {
    this.add(name, () =>
      Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose](),
    );
    return resource;
  }

  /** Never throws. A second call waits for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stopAll(): Promise<void> {
    const { stopMs, stopPartMsMin } = this.#deadlines;
    const deadline = performance.now() + stopMs;
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      await this.#stopPart(part, Math.max(deadline - performance.now(), stopPartMsMin));
    }
  }

  async #stopPart({ name, stop }: Part, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(resolve, timeoutMs, 'late');
    });
    try {
      const stopped = (async () => stop())();
      if ((await Promise.race([stopped, late])) === 'late') {
        this.#logger.warn('did not stop in time and is left behind', { part: name, waited_ms: Math.round(timeoutMs) });
      }
    } catch (error) {
      this.#logger.error('could not be stopped', { part: name, error });
    } finally {
      clearTimeout(timer);
    }
  }
}
