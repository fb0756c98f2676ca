/** The time of one preview, of which its steps take shares. */
import { previewLimits } from '@gridmr/contracts';

export class RunClock {
  readonly #startMs = performance.now();

  /** Since the start. */
  get spentMs(): number {
    return performance.now() - this.#startMs;
  }

  get leftMs(): number {
    return Math.max(0, previewLimits.runMs - this.spentMs);
  }
}
