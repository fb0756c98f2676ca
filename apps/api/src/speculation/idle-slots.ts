/** Slots of workers that have nothing to do. Who has what in hand the queue knows to the moment; how many slots there are, workers report. */
import type { Worker } from '@gridmr/contracts';
import type { TaskAtWork } from './task-messages.js';

export class IdleSlots {
  /** Worker id → idle slots. */
  readonly #idle = new Map<string, number>();

  constructor(workers: readonly Worker[], atWork: readonly TaskAtWork[]) {
    for (const { worker_id, state, slots } of workers) {
      if (state === 'idle' || state === 'busy') this.#idle.set(worker_id, slots);
    }
    for (const { workerId = '' } of atWork) {
      const idle = this.#idle.get(workerId);
      if (idle !== undefined) this.#idle.set(workerId, idle - 1);
    }
  }

  /** Takes a slot of any worker but one, whose own would be as slow. Returns whether there was one. */
  take(exceptWorkerId: string | undefined): boolean {
    for (const [workerId, idle] of this.#idle) {
      if (workerId === exceptWorkerId || idle <= 0) continue;
      this.#idle.set(workerId, idle - 1);
      return true;
    }
    return false;
  }
}
