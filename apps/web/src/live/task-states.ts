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

  /** All are in one state. */
  fill(state: TaskState): void {
    this.#states.fill(taskStates.indexOf(state));
    this.version++;
  }

  /** One task, as it was read. */
  set(task: number, state: TaskState): void {
    if (task < this.#states.length) this.#states[task] = taskStates.indexOf(state);
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
