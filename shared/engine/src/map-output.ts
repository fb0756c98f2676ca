/** Where a map attempt's pairs go: sorted into a segment, or straight into a part if the job has no reduce. */
import type { WrittenFile } from '@gridmr/contracts';
import type { PartWriter } from './part-writer.js';
import type { PairBlock } from './program.js';

export interface MapOutput extends Disposable {
  /** Takes pairs over. Runs inside a call into the sandbox, which it does not re-enter. */
  take(pairs: PairBlock): void;
  /** Between two blocks: may call the combiner. */
  afterBlock(): void;
  /** After the last block, before the sandbox ends: the last chance to call the combiner. */
  beforeEnd(): Promise<void>;
  /** After the sandbox's end: writes the file. */
  finish(): Promise<WrittenFile>;
}

/** The output of a map-only job: lines in emission order. */
export class PartOutput implements MapOutput {
  readonly #part: PartWriter;

  constructor(part: PartWriter) {
    this.#part = part;
  }

  take(pairs: PairBlock): void {
    this.#part.write(pairs);
  }

  afterBlock(): void {}

  async beforeEnd(): Promise<void> {}

  async finish(): Promise<WrittenFile> {
    return this.#part.finish();
  }

  [Symbol.dispose](): void {}
}
