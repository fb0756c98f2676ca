/**
 * The states of all tasks of one stage, a byte each: ten thousand of them change without ten thousand objects. What changed is
 * in the array already; `version` says that something did.
 */
import { type TaskEvent, type TaskState, taskStateSchema } from '@gridmr/contracts';

export const taskStates = taskStateSchema.options;

export class TaskStates {
  #states = new Uint8Array(0);
  version = 0;

  get length(): number {
    return this.#states.length;
  }

  /** An index into `taskStates`. */
  at(task: number): number {
    return this.#states[task] ?? 0;
  }

  /** As many as the job has; new ones are pending. */
  resize(tasks: number): void {
    if (tasks === this.#states.length) return;
    const states = new Uint8Array(tasks);
    states.set(this.#states.subarray(0, tasks));
    this.#states = states;
    this.version++;
  }

  /** All are pending again: a snapshot follows. */
  clear(): void {
    this.#states.fill(0);
    this.version++;
  }

  apply(changes: TaskEvent['map']): void {
    for (const [state, indices = []] of Object.entries(changes)) {
      const value = taskStates.indexOf(state as TaskState);
      for (const index of indices) if (index < this.#states.length) this.#states[index] = value;
    }
    this.version++;
  }
}
