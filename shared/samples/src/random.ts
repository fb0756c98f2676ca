/**
 * Seeded randomness for samples and tests: xorshift over 32 bits, seeded through a `Math.imul` mix. (A linear congruential
 * generator over doubles overflows 2^53 and cycles after a few thousand steps, which makes test data deceive.)
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring streams, and the state of a xorshift must never be 0.
    const mixed = Math.imul((seed ^ 0x9e3779b9) | 0, 0x85ebca6b);
    this.#state = (mixed ^ (mixed >>> 13)) | 0 || 1;
  }

  /** The next 32 bits, unsigned. */
  bits(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.imul(x, 0x9e3779b1) >>> 0;
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.bits() / 2 ** 32;
  }

  /** An integer in [min, max], both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the items. Throws if there are none. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('pick needs at least one item');
    return items[this.int(0, items.length - 1)] as Item;
  }

  /** The same items in another order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j] as Item, shuffled[i] as Item];
    }
    return shuffled;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.bits() >>> 24);
  }

  /** Lower-case letters. */
  word(lengthMin = 1, lengthMax = 8): string {
    return Array.from({ length: this.int(lengthMin, lengthMax) }, () => String.fromCharCode(this.int(97, 122))).join(
      '',
    );
  }
}
