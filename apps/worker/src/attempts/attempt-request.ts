/** What crosses between a worker's main thread, which holds the message's lock, and the task thread, which does the work. */
import type { AskedJob, Counters, Plan, Split, WrittenFile } from '@gridmr/contracts';
import type { WasmModule } from '@gridmr/sandbox';

interface RequestBase {
  readonly asked: AskedJob;
  readonly taskId: string;
  readonly attempt: number;
  readonly index: number;
  /** Where the attempt's output goes: a name no other attempt has or will have. */
  readonly outputPath: string;
  readonly memoryBytes: number;
  /** Milliseconds the attempt may take, from now. */
  readonly timeoutMs: number;
}

export type AttemptRequest = RequestBase &
  (
    | { readonly kind: 'map'; readonly split: Split; readonly reducers: number }
    | { readonly kind: 'reduce'; readonly plan: Plan }
  );

/** What an attempt made; not committed yet. */
export interface AttemptResult extends WrittenFile {
  readonly counters: Counters;
  readonly logLines: readonly string[];
}

/** What a task thread is started with. */
export interface TaskThreadData {
  readonly dataDirectory: string;
  readonly engine: WasmModule;
}
