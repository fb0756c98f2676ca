/**
 * Looks for stragglers twice a second, in the one API process that sweeps (`sweep.ts`), and has them begun a second time. While a dependency is
 * away there is nothing to look at: that is told once.
 */
import { speculationLimits } from '@gridmr/contracts';
import { RepeatedPasses } from '../repeated-passes.js';
import { type SpeculationDependencies, speculate } from './speculate.js';

export class Speculation implements AsyncDisposable {
  readonly #dependencies: SpeculationDependencies;
  readonly #passes: RepeatedPasses;
  #isFailing = false;

  /** Starts at once; whoever made it disposes it. */
  constructor(dependencies: SpeculationDependencies) {
    this.#dependencies = dependencies;
    this.#passes = new RepeatedPasses(() => this.#look());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#passes[Symbol.asyncDispose]();
  }

  async #look(): Promise<number> {
    const { logger } = this.#dependencies;
    try {
      await speculate(this.#dependencies);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) logger.warn('stragglers cannot be looked for now', { error });
      this.#isFailing = true;
    }
    return speculationLimits.everyMs;
  }
}
