/** What crosses between the process that is asked for previews and the thread that makes them. */
import type { JobSpec } from '@gridmr/contracts';
import type { WasmModule } from '@gridmr/sandbox';

export interface PreviewJob {
  /** Its program is not checked yet; `num_reducers` counts if the program turns out to have `reduce`. */
  readonly spec: JobSpec;
  /** Text instead of the input. */
  readonly sample: string | undefined;
}

/** What such a thread is started with. */
export interface PreviewThreadData {
  readonly dataDirectory: string;
  readonly engine: WasmModule;
  /** A directory of its own on the local disk, which its owner removes. */
  readonly scratch: string;
}
