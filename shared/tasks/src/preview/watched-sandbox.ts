/**
 * A sandbox whose pairs and groups somebody else sees too. Nothing is shortened in it, so that all groups go through the guest; and its combiner may be
 * left out.
 */
import {
  type AttemptContext,
  type AttemptNotes,
  type GroupBatch,
  type GroupSource,
  noneKnown,
  type PairBlock,
  type PairSink,
  type ProgramFunctions,
  type RecordBlock,
  type Sandbox,
} from '@gridmr/engine';

export interface Watch {
  /** Of what map, or reduce, emits. */
  readonly onPairs?: (pairs: PairBlock) => void;
  /** Of what reduce is given. */
  readonly onGroups?: (batch: GroupBatch) => void;
}

export class WatchedSandbox implements Sandbox {
  readonly functions: ProgramFunctions;
  readonly known = noneKnown;
  readonly #inner: Sandbox;
  readonly #watch: Watch;

  constructor(inner: Sandbox, watch: Watch, combines = true) {
    this.#inner = inner;
    this.#watch = watch;
    this.functions = { ...inner.functions, combine: inner.functions.combine && combines };
  }

  begin(context: AttemptContext, sink: PairSink): void {
    this.#inner.begin(context, pairs => {
      this.#watch.onPairs?.(pairs);
      sink(pairs);
    });
  }

  mapBlock(block: RecordBlock): void | Promise<void> {
    return this.#inner.mapBlock(block);
  }

  combine(groups: GroupSource, sink: PairSink): void {
    this.#inner.combine(groups, sink);
  }

  reduce(groups: GroupSource): void {
    this.#inner.reduce(() => {
      const batch = groups();
      if (batch !== undefined) this.#watch.onGroups?.(batch);
      return batch;
    });
  }

  end(): AttemptNotes {
    return this.#inner.end();
  }

  notesOfFailure(): AttemptNotes | undefined {
    return this.#inner.notesOfFailure?.();
  }

  [Symbol.dispose](): void {
    this.#inner[Symbol.dispose]();
  }
}
