/** What was found out lately, and is believed for a while: bounded in time and in number, the oldest is forgotten first. */
export class Believed<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();
  readonly #forMs: number;
  readonly #max: number;

  constructor(forMs: number, max: number) {
    this.#forMs = forMs;
    this.#max = max;
  }

  get(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    if (performance.now() < entry.untilMs) return entry.value;
    this.#entries.delete(name);
    return undefined;
  }

  set(name: string, value: Value): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, untilMs: performance.now() + this.#forMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#max && oldest !== undefined) this.#entries.delete(oldest);
  }

  clear(): void {
    this.#entries.clear();
  }
}
