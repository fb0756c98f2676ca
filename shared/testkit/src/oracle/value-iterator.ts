/**
 * The `values` of a reduce call: an iterator over an array with the standard Iterator helpers, which Node.js 20 does not
 * have yet. Can be gone through once.
 */
export class ValueIterator implements IterableIterator<unknown> {
  readonly #rest: Iterator<unknown>;

  constructor(values: Iterable<unknown>) {
    this.#rest = values[Symbol.iterator]();
  }

  next(): IteratorResult<unknown> {
    return this.#rest.next();
  }

  [Symbol.iterator](): this {
    return this;
  }

  toArray(): unknown[] {
    return Array.from(this);
  }

  reduce(...args: [never, ...unknown[]]): unknown {
    return Reflect.apply(Array.prototype.reduce, this.toArray(), args);
  }

  forEach(visit: (value: unknown, index: number) => void): void {
    this.toArray().forEach((value, index) => void visit(value, index));
  }

  map(change: (value: unknown, index: number) => unknown): ValueIterator {
    return new ValueIterator(this.toArray().map((value, index) => change(value, index)));
  }

  filter(keep: (value: unknown, index: number) => unknown): ValueIterator {
    return new ValueIterator(this.toArray().filter((value, index) => keep(value, index)));
  }

  flatMap(change: (value: unknown, index: number) => Iterable<unknown>): ValueIterator {
    return new ValueIterator(this.toArray().flatMap((value, index) => Array.from(change(value, index))));
  }

  some(test: (value: unknown, index: number) => unknown): boolean {
    return this.#indexOf(test) !== -1;
  }

  every(test: (value: unknown, index: number) => unknown): boolean {
    return this.#indexOf((value, index) => !test(value, index)) === -1;
  }

  find(test: (value: unknown, index: number) => unknown): unknown {
    let last: unknown;
    const index = this.#indexOf((value, i) => {
      last = value;
      return test(value, i);
    });
    return index === -1 ? undefined : last;
  }

  take(limit: number): ValueIterator {
    const taken: unknown[] = [];
    while (taken.length < limit) {
      const { done, value } = this.next();
      if (done) break;
      taken.push(value);
    }
    return new ValueIterator(taken);
  }

  drop(limit: number): ValueIterator {
    this.take(limit);
    return this;
  }

  /** Goes on to the first value that passes, and no further. */
  #indexOf(test: (value: unknown, index: number) => unknown): number {
    for (let index = 0; ; index++) {
      const { done, value } = this.next();
      if (done) return -1;
      if (test(value, index)) return index;
    }
  }
}
