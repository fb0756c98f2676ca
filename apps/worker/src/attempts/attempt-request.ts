/** What crosses between a worker's main thread, which holds the message's lock, and the task thread, which does the work. */
import type { AskedJob, Plan, Split } from '@gridmr/contracts';
import type { WasmModule } from '@gridmr/sandbox';

interface RequestBase {
  readonly asked: AskedJob;
  readonly taskId: string;
  readonly attempt: number;
  readonly workerId: string;
  readonly startedAt: string;
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

/** How an attempt that came to its end ended. */
export interface AttemptOutcome {
  /** Whether it is the one that counts. If not, another was first, and its output is gone. */
  readonly committed: boolean;
  readonly logLines: readonly string[];
}

/** What a task thread is started with. */
export interface TaskThreadData {
  readonly dataDirectory: string;
  readonly engine: WasmModule;
}
