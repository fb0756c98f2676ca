/**
 * Who makes the attempts of a bundle: the task thread claims one after the other, until all are claimed or the main thread closes the bundle. One counter
 * in shared memory decides, so that each task is either the thread's or left over, whatever the timing.
 */
export class BundleClaims {
  /** What the thread is given, to make claims of its own of. */
  readonly shared: SharedArrayBuffer;
  readonly #next: Int32Array;
  readonly #tasks: number;
  /** How many were claimed when this object closed the bundle. */
  #claimed: number | undefined;

  constructor(tasks: number, shared: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#tasks = tasks;
    this.shared = shared;
    this.#next = new Int32Array(shared);
  }

  /** The position of the next task to begin; undefined if there is none left. */
  claim(): number | undefined {
    const position = Atomics.add(this.#next, 0, 1);
    return position < this.#tasks ? position : undefined;
  }

  /** How many are claimed so far. */
  get claimed(): number {
    return this.#claimed ?? Math.min(Atomics.load(this.#next, 0), this.#tasks);
  }

  /** No task is claimed from now on. Returns how many were; the same however often it is called. */
  close(): number {
    this.#claimed ??= Math.min(Atomics.exchange(this.#next, 0, this.#tasks), this.#tasks);
    return this.#claimed;
  }
}
