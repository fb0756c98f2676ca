/**
 * Calls into one guest, and what can end them: the deadline, memory, an exception of user code, a failure of the host inside a call out. Knows nothing
 * of records or pairs.
 */
import { sandboxLimits } from '@gridmr/contracts';
import type { QuickJSContext, QuickJSHandle, VmFunctionImplementation } from 'quickjs-emscripten';
import { GuestBorder, GuestMemoryError } from './guest-border.js';
import { type GuestError, guestErrorSchema, type ReachedLimit, unreadableError } from './guest-failure.js';
import { type SharedArray, sharedArrays, sharedBytes } from './guest-header.js';
import { preludeFile, preludeSource } from './prelude.js';
import { openQuickJs, type QuickJsInstance } from './quickjs-instance.js';
import type { WasmModule } from './web-assembly.js';

/** The guest ended by an exception, a limit or a crash. It cannot be entered again. */
export class GuestEndedError extends Error {
  readonly error: GuestError;
  readonly reached: ReachedLimit;

  constructor(error: GuestError, reached: ReachedLimit, options?: ErrorOptions) {
    super(error.message, options);
    this.name = 'GuestEndedError';
    this.error = error;
    this.reached = reached;
  }
}

export type HostCalls = Record<string, (...args: QuickJSHandle[]) => QuickJSHandle | undefined>;

export class GuestRuntime {
  readonly context: QuickJSContext;
  readonly border: GuestBorder;
  readonly #instance: QuickJsInstance;
  readonly #addresses: Record<SharedArray, number> = { header: 0, numbers: 0, partitions: 0 };
  #entries: QuickJSHandle | undefined;
  #endsAt: number;
  #timeIsUp = false;
  #hostFailure: { readonly error: unknown } | undefined;
  #ended = false;

  private constructor(instance: QuickJsInstance, endsAt: number) {
    this.#instance = instance;
    this.context = instance.context;
    this.border = new GuestBorder(instance);
    this.#endsAt = endsAt;
  }

  /** @param deadlineMs from now: past it, the guest is interrupted */
  static async open(module: WasmModule, memoryBytes: number, deadlineMs: number): Promise<GuestRuntime> {
    let runtime: GuestRuntime | undefined;
    const instance = await openQuickJs(module, memoryBytes, () => runtime?.interrupts() ?? false);
    runtime = new GuestRuntime(instance, performance.now() + deadlineMs);
    return runtime;
  }

  set clockMs(nowMs: number) {
    this.#instance.clock.nowMs = nowMs;
  }

  /** Runs the prelude. `hostCalls` is what it may call out to. */
  loadPrelude(hostCalls: HostCalls): void {
    using prelude = this.evaluate(preludeSource, preludeFile, 'global');
    using host = this.context.newObject();
    for (const [name, call] of Object.entries(hostCalls)) {
      using callOut = this.context.newFunction(name, this.#guard(call));
      this.context.setProp(host, name, callOut);
    }
    using shared = this.context.newObject();
    for (const name of sharedArrays) {
      const { address, buffer } = this.border.share(sharedBytes[name]);
      this.context.setProp(shared, name, buffer);
      buffer.dispose();
      this.#addresses[name] = address;
    }
    this.#entries = this.#enter(() => this.context.callFunction(prelude, this.context.undefined, host, shared));
  }

  /** Where one of the arrays that guest and host share lies. */
  addressOf(name: SharedArray): number {
    return this.#addresses[name];
  }

  evaluate(source: string, file: string, type: 'global' | 'module'): QuickJSHandle {
    return this.#enter(() => this.context.evalCode(source, file, { type }));
  }

  /** Calls an entry of the prelude. Throws `GuestEndedError`, or what the host itself failed with meanwhile. */
  call(entry: string, ...args: QuickJSHandle[]): QuickJSHandle {
    using run = this.context.getProp(this.#prelude, entry);
    return this.#enter(() => this.context.callFunction(run, this.context.undefined, ...args));
  }

  /** The same with the texts of arguments and answer. */
  callWithText(entry: string, text: string): string {
    using argument = this.border.textIn(Buffer.from(text));
    using answer = this.call(entry, argument);
    return this.context.getString(answer);
  }

  /** Never enter it again. */
  end(): void {
    this.#ended = true;
  }

  get #prelude(): QuickJSHandle {
    if (this.#ended) throw new Error('the sandbox has failed or was disposed; open another one');
    if (this.#entries === undefined) throw new Error('the prelude is not loaded');
    return this.#entries;
  }

  private interrupts(): boolean {
    if (this.#hostFailure !== undefined) return true;
    if (performance.now() < this.#endsAt) return false;
    this.#timeIsUp = true;
    return true;
  }

  #enter(enterGuest: () => { value?: QuickJSHandle; error?: QuickJSHandle | undefined }): QuickJSHandle {
    let result: { value?: QuickJSHandle; error?: QuickJSHandle | undefined };
    try {
      result = enterGuest();
    } catch (trap) {
      throw this.#endedBy(trap);
    }
    if (this.#hostFailure !== undefined) {
      this.#ended = true;
      throw this.#hostFailure.error;
    }
    if (result.error !== undefined) throw this.#endedByGuest(result.error);
    if (result.value === undefined) throw new Error('the guest gave neither a value nor an error');
    return result.value;
  }

  /**
   * A failure of the host is kept, as user code could catch what is thrown into the guest. Time is looked at here as well: few big
   * pairs take longer than the guest runs between two polls.
   */
  #guard(call: HostCalls[string]): VmFunctionImplementation<QuickJSHandle> {
    return (...args) => {
      if (this.interrupts()) return { error: this.context.newError('interrupted') };
      try {
        return call(...args) ?? this.context.undefined;
      } catch (error) {
        this.#hostFailure = { error: error instanceof GuestMemoryError ? this.#endedBy(error) : error };
        return { error: this.context.newError('the host has failed') };
      }
    };
  }

  /** The engine itself gave up: out of memory, or its native stack overflowed. */
  #endedBy(trap: unknown): GuestEndedError {
    this.#ended = true;
    const isMemory = trap instanceof GuestMemoryError || this.#instance.growth.refused;
    const error = { name: '', message: 'the program nests too deeply, or broke its sandbox otherwise', stack: '' };
    return new GuestEndedError(error, isMemory ? 'memory' : undefined, { cause: trap });
  }

  #endedByGuest(thrown: QuickJSHandle): GuestEndedError {
    const timeIsUp = this.#timeIsUp;
    this.#endsAt = performance.now() + sandboxLimits.errorReadMs;
    const error = this.#read(thrown);
    this.#ended = true;
    if (timeIsUp) return new GuestEndedError(error, 'time');
    const isOutOfMemory = error.name === 'InternalError' && error.message === 'out of memory';
    const isNameless = error.name === '' && this.#instance.growth.refused;
    return new GuestEndedError(error, isOutOfMemory || isNameless ? 'memory' : undefined);
  }

  /** In full memory, reading an error may itself fail: the error is what is known by then. */
  #read(thrown: QuickJSHandle): GuestError {
    if (this.#entries === undefined) return unreadableError;
    try {
      using run = this.context.getProp(this.#entries, 'readError');
      const result = this.context.callFunction(run, this.context.undefined, thrown);
      if (result.error !== undefined) return unreadableError;
      const [name, message, stack] = guestErrorSchema.parse(JSON.parse(this.context.getString(result.value)));
      return { name, message, stack };
    } catch {
      return unreadableError;
    }
  }
}
