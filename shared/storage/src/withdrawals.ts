/**
 * Which commit records of a job do not count any more, as one listing shows them: see `JobStore.withdraw`. They only become more, and each says which
 * generation of which task it is about, so two listings of the same length are the same.
 */
import { groupOf, type TaskKind } from '@gridmr/contracts';

const withdrawalName = /^([mr])-(\d{5,7})\.g(\d+)$/;

interface Withdrawn {
  readonly kind: TaskKind;
  readonly index: number;
}

export class Withdrawals {
  /** As they travel between threads. */
  readonly names: readonly string[];
  readonly #all: readonly Withdrawn[];
  readonly #generations = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.names = names;
    this.#all = names.flatMap(name => {
      const [, letter, index = '', generation = ''] = withdrawalName.exec(name) ?? [];
      if (letter === undefined) return [];
      const kind = letter === 'm' ? 'map' : 'reduce';
      const key = keyOf(kind, Number(index));
      this.#generations.set(key, Math.max(this.#generations.get(key) ?? 0, Number(generation) + 1));
      return [{ kind, index: Number(index) } as const];
    });
  }

  /** Of the commit record that counts: how many of the task were withdrawn. */
  generation(kind: TaskKind, index: number): number {
    return this.#generations.get(keyOf(kind, index)) ?? 0;
  }

  countIn(kind: TaskKind, group: number): number {
    return this.#all.filter(one => one.kind === kind && groupOf(one.index) === group).length;
  }

  /** Indices of the tasks of which any record was withdrawn, ascending. */
  tasks(kind: TaskKind): number[] {
    const indices = new Set(this.#all.filter(one => one.kind === kind).map(one => one.index));
    return [...indices].sort((a, b) => a - b);
  }
}

function keyOf(kind: TaskKind, index: number): string {
  return `${kind} ${index}`;
}
