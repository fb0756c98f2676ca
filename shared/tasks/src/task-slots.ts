/**
 * One slot: a task thread that makes one attempt at a time, kept warm from one attempt to the next, and replaced when it had
 * to be terminated. The slots of a process are as many as its consumer's concurrency.
 */
import { GuardedThread, type RunOptions } from '@gridmr/sandbox';
import { LocalDirectory } from '@gridmr/storage';
import type { AttemptsRequest, TaskOutcome, TaskThreadData } from './attempt-request.js';

const threadEntry = new URL('./task-thread/main.js', import.meta.url);

/** What the threads are started with, but for the directory that each has for itself. */
type SlotsData = Omit<TaskThreadData, 'scratch'>;

export class TaskSlots implements AsyncDisposable {
  readonly #data: SlotsData;
  /** Started, or starting. */
  readonly #idle: Promise<GuardedThread>[] = [];
  readonly #busy = new Set<GuardedThread>();
  readonly #scratches = new Map<GuardedThread, LocalDirectory>();

  /** Threads that had to be terminated, since the start. */
  terminated = 0;

  /** Without any thread yet: each is started when an attempt needs it, or by `startAhead`. */
  constructor(data: SlotsData) {
    this.#data = data;
  }

  /** Starts all threads, so that the first attempt finds a warm one. */
  static async start(count: number, data: SlotsData): Promise<TaskSlots> {
    const slots = new TaskSlots(data);
    slots.startAhead(count);
    await Promise.all(slots.#idle);
    return slots;
  }

  /** Starts threads, and does not wait for them: the next attempts do. */
  startAhead(count: number): void {
    for (let i = 0; i < count; i++) {
      const starting = this.#startThread();
      // Whoever takes it hears of it.
      starting.catch(() => undefined);
      this.#idle.push(starting);
    }
  }

  get busy(): number {
    return this.#busy.size;
  }

  /**
   * Makes the attempts of one message in an idle thread, one after the other. Throws what an attempt threw, or why its thread had to be terminated; the
   * outcomes of those before it come by `onNotice`, unless the thread was terminated.
   */
  async run(request: AttemptsRequest, options: RunOptions): Promise<TaskOutcome[]> {
    const thread = await (this.#idle.pop() ?? this.#startThread());
    this.#busy.add(thread);
    try {
      return await thread.run<AttemptsRequest, TaskOutcome[]>(request, options);
    } finally {
      this.#busy.delete(thread);
      if (thread.alive) this.#idle.push(Promise.resolve(thread));
      else await this.#bury(thread);
    }
  }

  async #startThread(): Promise<GuardedThread> {
    const scratch = await LocalDirectory.make('gridmr-tasks');
    try {
      const workerData: TaskThreadData = { ...this.#data, scratch: scratch.path };
      const thread = await GuardedThread.start(threadEntry, { workerData, name: 'task' });
      this.#scratches.set(thread, scratch);
      return thread;
    } catch (error) {
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A thread that was ended from outside could not remove what it had spilled. */
  async #bury(thread: GuardedThread): Promise<void> {
    this.terminated++;
    // What cannot be removed now is tried again with all the others.
    await this.#removeScratch(thread).catch(() => undefined);
  }

  async #removeScratch(thread: GuardedThread): Promise<void> {
    await this.#scratches.get(thread)?.[Symbol.asyncDispose]();
    this.#scratches.delete(thread);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const idle = await Promise.allSettled(this.#idle);
    const started = idle.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
    await Promise.all([...started, ...this.#busy].map(thread => thread[Symbol.asyncDispose]()));
    await Promise.all([...this.#scratches.keys()].map(thread => this.#removeScratch(thread)));
  }
}
