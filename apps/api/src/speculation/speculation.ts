/**
 * Looks for stragglers twice a second, in the one API process that sweeps (`sweep.ts`), and has them begun a second time. While a dependency is
 * away there is nothing to look at: that is told once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { speculationLimits } from '@gridmr/contracts';
import { type SpeculationDependencies, speculate } from './speculate.js';

export class Speculation implements AsyncDisposable {
  readonly #dependencies: SpeculationDependencies;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #isFailing = false;

  /** Starts at once; whoever made it disposes it. */
  constructor(dependencies: SpeculationDependencies) {
    this.#dependencies = dependencies;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#look();
      await delay(speculationLimits.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { logger } = this.#dependencies;
    try {
      await speculate(this.#dependencies);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) logger.warn('stragglers cannot be looked for now', { error });
      this.#isFailing = true;
    }
  }
}
