/**
 * What every attempt holds while it runs: a sandbox of its own, and an output nobody sees yet. Closing it
 * gives both back, and discards the output unless it was committed.
 */
import type { AttemptContext, AttemptResult as EngineResult, Sandbox } from '@gridmr/engine';
import { functionsOf, openQuickJsSandbox, type WasmModule } from '@gridmr/sandbox';
import type { BlobStore, BlobWriter } from '@gridmr/storage';
import type { AttemptRequest, AttemptResult } from '../attempts/attempt-request.js';

export interface OpenAttempt extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly output: BlobWriter;
  context(
    phase: AttemptContext['phase'],
    partition: number | null,
    numReducers: number,
    input: AttemptContext['input'],
  ): AttemptContext;
  /** Makes the output's file visible under its own name. Whether it counts is decided by the commit record. */
  commit(made: EngineResult, durable: boolean): Promise<AttemptResult>;
}

export async function openAttempt(store: BlobStore, module: WasmModule, request: AttemptRequest): Promise<OpenAttempt> {
  const startedMs = performance.now();
  const held = new HeldResources();
  try {
    const { asked, memoryBytes, timeoutMs, outputPath } = request;
    const output = await store.createWriter(outputPath);
    held.add(() => output[Symbol.asyncDispose]());
    const source = asked.spec.program;
    const functions = await functionsOf(source);
    const sandbox = await openQuickJsSandbox({ module, source, functions, memoryBytes, deadlineMs: timeoutMs });
    held.add(() => sandbox[Symbol.dispose]());
    return {
      sandbox,
      output,
      context: (phase, partition, numReducers, input) => ({
        ...contextOf(request),
        phase,
        partition,
        numReducers,
        input,
      }),
      commit: async ({ counters, ...made }, durable) => {
        await output.commit({ durable });
        // The thread does nothing else meanwhile, so the time that passed is the time it took.
        const cpu_ms = Math.round(performance.now() - startedMs);
        return { ...made, counters: { ...counters, cpu_ms } };
      },
      [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
    };
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}

function contextOf({ asked, taskId, attempt }: AttemptRequest) {
  const { job_id, spec, submitted_at } = asked;
  return { jobId: job_id, taskId, attempt, parameters: spec.parameters, nowMs: Date.parse(submitted_at) };
}

/** Given back in reverse order. */
class HeldResources implements AsyncDisposable {
  readonly #release: (() => unknown)[] = [];

  add(release: () => unknown): void {
    this.#release.push(release);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let release = this.#release.pop(); release !== undefined; release = this.#release.pop()) await release();
  }
}
