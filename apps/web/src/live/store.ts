/** A value that changes outside React, and who watches it. Watchers are told once per frame, however often it changed. */
import { useSyncExternalStore } from 'react';

export class Store<Value> {
  #value: Value;
  #next: Value;
  #frame: number | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
    this.#next = value;
  }

  get value(): Value {
    return this.#next;
  }

  set(value: Value): void {
    this.#next = value;
    this.#frame ??= requestAnimationFrame(() => this.#tell());
  }

  /** What watchers have been told. */
  readonly told = (): Value => this.#value;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  #tell(): void {
    this.#frame = undefined;
    this.#value = this.#next;
    for (const watcher of this.#watchers) watcher();
  }
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.watch, store.told);
}
