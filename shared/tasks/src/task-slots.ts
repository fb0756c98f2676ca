/**
 * One slot: a task thread that makes one attempt at a time, kept warm from one attempt to the next, and replaced when it had
 * to be terminated. The slots of a process are as many as its consumer's concurrency.
 */
import { GuardedThread, type RunOptions } from '@gridmr/sandbox';
import type { AttemptOutcome, AttemptsRequest, TaskThreadData } from './attempt-request.js';

const threadEntry = new URL('./task-thread/main.js', import.meta.url);

export class TaskSlots implements AsyncDisposable {
  readonly #data: TaskThreadData;
  readonly #idle: GuardedThread[] = [];
  readonly #busy = new Set<GuardedThread>();

  /** Threads that had to be terminated, since the start. */
  terminated = 0;

  private constructor(data: TaskThreadData) {
    this.#data = data;
  }

  /** Starts all threads, so that the first attempt finds a warm one. */
  static async start(count: number, data: TaskThreadData): Promise<TaskSlots> {
    const slots = new TaskSlots(data);
    slots.#idle.push(...(await Promise.all(Array.from({ length: count }, () => slots.#startThread()))));
    return slots;
  }

  get busy(): number {
    return this.#busy.size;
  }

  /**
   * Makes the attempts of one message in an idle thread, one after the other. Throws what an attempt threw, or why its thread had to be terminated; the
   * outcomes of those before it come by `onNotice`, unless the thread was terminated.
   */
  async run(request: AttemptsRequest, options: RunOptions): Promise<AttemptOutcome[]> {
    const thread = this.#idle.pop() ?? (await this.#startThread());
    this.#busy.add(thread);
    try {
      return await thread.run<AttemptsRequest, AttemptOutcome[]>(request, options);
    } finally {
      this.#busy.delete(thread);
      if (thread.alive) this.#idle.push(thread);
      else this.terminated++;
    }
  }

  #startThread(): Promise<GuardedThread> {
    return GuardedThread.start(threadEntry, { workerData: this.#data, name: 'task' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map(thread => thread[Symbol.asyncDispose]()));
  }
}
