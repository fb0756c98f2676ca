/** What crosses between a worker's main thread, which holds the message's lock, and the task thread, which does the work. */
import type { AskedJob, AttemptFigures, Plan, Split } from '@gridmr/contracts';
import type { WasmModule } from '@gridmr/sandbox';

/** What all attempts of one message share. */
interface SharedRequest {
  readonly asked: AskedJob;
  readonly attempt: number;
  readonly speculative?: boolean;
  readonly workerId: string;
  readonly memoryBytes: number;
  /** What an attempt may have on disks at a time. */
  readonly diskBytes: number;
  /** Milliseconds an attempt may take, from its start. */
  readonly timeoutMs: number;
  /** Lines of the log that are kept of each. */
  readonly logLinesMax: number;
  /** Of the `HeldLock`. */
  readonly lock: SharedArrayBuffer;
}

interface OneTask {
  readonly taskId: string;
  readonly index: number;
  /** Where the attempt's output goes: a name no other attempt has or will have. */
  readonly outputPath: string;
}

export type MapTask = OneTask & {
  readonly kind: 'map';
  readonly split: Split;
  readonly reducers: number;
  /** Where the records that the attempt skips are listed, if its job skips any. */
  readonly deadLettersPath: string;
  /** Only the first so many records of the split: of a sample. */
  readonly recordsMax?: number | undefined;
};
export type ReduceTask = OneTask & {
  readonly kind: 'reduce';
  readonly plan: Plan;
  /** The commit records of the job that do not count any more, by name. */
  readonly withdrawn: readonly string[];
};

/** The tasks of a message: one, or a bundle. */
export interface AttemptsRequest extends SharedRequest {
  readonly tasks: readonly (MapTask | ReduceTask)[];
  /** Of the `BundleClaims`. */
  readonly claims: SharedArrayBuffer;
}

/** One attempt of one of them. */
export type AttemptRequest<Task = MapTask | ReduceTask> = SharedRequest & Task & { readonly startedAt: string };

/** How an attempt that came to its end ended. */
export interface AttemptOutcome {
  /** Whether it is the one that counts. If not, another was first, and its output is gone. */
  readonly committed: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly figures: AttemptFigures;
  readonly logLines: readonly string[];
}

/** What became of a task that was asked for: of one that had been committed by the time its turn came, no attempt was made. */
export type TaskOutcome = AttemptOutcome | 'committed before';

/** What a task thread says besides, before a request of it fails. */
export interface AttemptsNotice {
  /** The tasks that came to their end before. */
  readonly ended: readonly TaskOutcome[];
  /** Files, of the platform's own, that turned out missing or damaged. */
  readonly damaged: readonly string[];
}

/** What a task thread is started with. */
export interface TaskThreadData {
  readonly dataDirectory: string;
  /** Where input files are, if not there. */
  readonly inputDirectory?: string | undefined;
  /** On the local disk, of this thread alone: what attempts write that nobody else reads. */
  readonly scratch: string;
  readonly engine: WasmModule;
}
