/**
 * Calls into one guest, and what can end them: the deadline, memory, an exception of user code, a failure of the host inside a call out. Knows nothing
 * of records or pairs.
 */
import { sandboxLimits } from '@gridmr/contracts';
import type { QuickJSContext, QuickJSHandle, VmFunctionImplementation } from 'quickjs-emscripten';
import { freshGuest, type GuestBody, type GuestTenant, guestInMemoryOf } from './guest-body.js';
import { type GuestBorder, GuestMemoryError } from './guest-border.js';
import { type GuestError, type ReachedLimit, readGuestError, unreadableError } from './guest-failure.js';
import { type SharedArray, sharedArrays, sharedBytes } from './guest-header.js';
import { checkGuestLayout, layoutSamples } from './guest-layout-check.js';
import { keepGuest, takeKeptGuest } from './kept-guest.js';
import { preludeFile, preludeSource } from './prelude.js';
import { PreludeImage, usedPages } from './prelude-image.js';
import type { QuickJsInstance } from './quickjs-instance.js';
import type { RecordWatch } from './record-watch.js';
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

interface LoadedPrelude {
  readonly addresses: Readonly<Record<SharedArray, number>>;
  /** Address of the handle of the object of its entries, and of those of some entries. */
  readonly entries: QuickJSHandle['value'];
  readonly ofEveryAttempt: readonly (readonly [entry: string, QuickJSHandle['value']])[];
}

/** Looked up once for all attempts: finding an entry by its name costs as much as many a call. */
const entriesOfEveryAttempt = ['prepare', 'adopt', 'runOnce', 'mapText', 'notes'];

/** One per engine and thread. */
const preludeImages = new WeakMap<WasmModule, PreludeImage<LoadedPrelude>>();

export class GuestRuntime implements GuestTenant {
  readonly context: QuickJSContext;
  readonly border: GuestBorder;
  readonly #body: GuestBody;
  readonly #instance: QuickJsInstance;
  /** All 0 while there is no prelude. */
  readonly #addresses = Object.fromEntries(sharedArrays.map(name => [name, 0])) as Record<SharedArray, number>;
  #entries: QuickJSHandle | undefined;
  /** Entries that were looked up. Never disposed of: the guest goes as a whole. */
  readonly #entryHandles = new Map<string, QuickJSHandle>();
  #endsAt: number;
  #timeIsUp = false;
  /** Looks after the records of a block while it is mapped, where bad ones are skipped. */
  #watch: { readonly records: RecordWatch; readonly atHand: () => number } | undefined;
  #recordIsOver = false;
  #notesOfFailure: string | undefined;
  #hostFailure: { readonly error: unknown } | undefined;
  #ended = false;
  calls: GuestTenant['calls'] = new Map();

  private constructor(body: GuestBody, endsAt: number) {
    this.#body = body;
    this.#instance = body.instance;
    this.context = body.instance.context;
    this.border = body.border;
    this.#endsAt = endsAt;
    body.tenant = this;
  }

  /** @param deadlineMs from now: past it, the guest is interrupted */
  static async open(module: WasmModule, memoryBytes: number, deadlineMs: number): Promise<GuestRuntime> {
    const endsAt = performance.now() + deadlineMs;
    return new GuestRuntime(takeKeptGuest(module, memoryBytes) ?? (await freshGuest(module, memoryBytes)), endsAt);
  }

  /** Bounds the time of each record during `work`. @param atHand which record the guest is at */
  watchRecords<T>(records: RecordWatch, atHand: () => number, work: () => T): T {
    records.restart();
    this.#watch = { records, atHand };
    try {
      return work();
    } finally {
      this.#watch = undefined;
    }
  }

  /** After it has failed: another one in its place, in the same memory. */
  async replace(deadlineMs: number): Promise<GuestRuntime> {
    if (!this.#ended) throw new Error('only a sandbox that has failed is replaced');
    const endsAt = performance.now() + deadlineMs;
    return new GuestRuntime(await guestInMemoryOf(this.#body), endsAt);
  }

  set clockMs(nowMs: number) {
    this.#instance.clock.nowMs = nowMs;
  }

  /** Loads the prelude, from the image of one that was loaded before if there is one. `hostCalls` is what it may call out to. */
  loadPrelude(hostCalls: HostCalls): void {
    this.calls = new Map(Object.entries(hostCalls).map(([name, call]) => [name, this.#guard(call)]));
    const { memory } = this.#instance;
    const image = preludeImages.get(this.#body.module);
    if (image !== undefined && this.#body.isImaged) {
      image.restoreInto(memory.buffer);
      this.#adopt(image.kept);
      return;
    }
    // Not disposed if an image is copied over them: their ids stay known to the host, and their memory is the image's from then on.
    const callOuts = Object.keys(hostCalls).map(name => [name, this.#wayOut(name)] as const);
    const marks = [this.border.contextAddress, ...callOuts.map(([, callOut]) => callOut.value)];
    if (image?.fits(memory.buffer, marks)) {
      image.copyInto(memory.buffer);
      this.#adopt(image.kept);
      this.#body.isImaged = true;
      return;
    }
    const usedBefore = image === undefined ? usedPages(memory.buffer) : undefined;
    const entries = this.#runPrelude(callOuts);
    this.#entries = entries;
    if (usedBefore === undefined) return;
    const ofEveryAttempt = entriesOfEveryAttempt.map(name => [name, this.#entry(name).value] as const);
    const kept = { addresses: { ...this.#addresses }, entries: entries.value, ofEveryAttempt };
    preludeImages.set(this.#body.module, new PreludeImage(memory.buffer, usedBefore, marks, kept));
    this.#body.isImaged = true;
  }

  #adopt({ addresses, entries, ofEveryAttempt }: LoadedPrelude): void {
    Object.assign(this.#addresses, addresses);
    this.#entries = this.border.handleAt(entries);
    for (const [name, handle] of ofEveryAttempt) this.#entryHandles.set(name, this.border.handleAt(handle));
  }

  /** A guest function that leads to whoever has the guest when it is called. */
  #wayOut(name: string): QuickJSHandle {
    const body = this.#body;
    return this.context.newFunction(name, function (...args) {
      const call = body.tenant?.calls.get(name);
      if (call === undefined) throw new Error('nobody has the guest that calls out');
      return call.apply(this, args);
    });
  }

  #checkLayout(): void {
    using samples = this.evaluate(layoutSamples, 'gridmr:layout', 'global');
    checkGuestLayout(this.border.memory, samples.value as unknown as number);
  }

  #runPrelude(callOuts: readonly (readonly [string, QuickJSHandle])[]): QuickJSHandle {
    this.#checkLayout();
    using prelude = this.evaluate(preludeSource, preludeFile, 'global');
    using host = this.context.newObject();
    for (const [name, callOut] of callOuts) {
      this.context.setProp(host, name, callOut);
      callOut.dispose();
    }
    using shared = this.context.newObject();
    for (const name of sharedArrays) {
      const { address, buffer } = this.border.share(sharedBytes[name]);
      this.context.setProp(shared, name, buffer);
      buffer.dispose();
      this.#addresses[name] = address;
    }
    return this.#enter(() => this.context.callFunction(prelude, this.context.undefined, host, shared));
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
    const run = this.#entry(entry);
    return this.#enter(() => this.context.callFunction(run, this.context.undefined, ...args));
  }

  /** The same with the texts of arguments and answer. */
  callWithText(entry: string, text: string): string {
    using argument = this.border.textIn(Buffer.from(text));
    using answer = this.call(entry, argument);
    return this.context.getString(answer);
  }

  /** Never enter it again. If all went well, the next attempt of the same job gets the engine's instance. */
  end(): void {
    const endedWell = !this.#ended && !this.#timeIsUp && this.#hostFailure === undefined;
    this.#ended = true;
    if (endedWell) keepGuest(this.#body);
  }

  #entry(name: string): QuickJSHandle {
    const prelude = this.#prelude;
    const known = this.#entryHandles.get(name);
    if (known !== undefined) return known;
    const entry = this.context.getProp(prelude, name);
    this.#entryHandles.set(name, entry);
    return entry;
  }

  get #prelude(): QuickJSHandle {
    if (this.#ended) throw new Error('the sandbox has failed or was disposed; open another one');
    if (this.#entries === undefined) throw new Error('the prelude is not loaded');
    return this.#entries;
  }

  /** Polled by the guest while it runs. */
  interrupts(): boolean {
    if (this.#hostFailure !== undefined) return true;
    const nowMs = performance.now();
    if (nowMs >= this.#endsAt) this.#timeIsUp = true;
    else if (this.#watch?.records.isOver(this.#watch.atHand(), nowMs)) this.#recordIsOver = true;
    else return false;
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
    return new GuestEndedError(error, isMemory ? 'memory' : 'stack', { cause: trap });
  }

  #endedByGuest(thrown: QuickJSHandle): GuestEndedError {
    const timeIsUp = this.#timeIsUp;
    const recordIsOver = this.#recordIsOver;
    this.#watch = undefined;
    this.#endsAt = performance.now() + sandboxLimits.errorReadMs;
    const error = this.#read(thrown);
    this.#notesOfFailure = this.#readNotes();
    this.#ended = true;
    if (timeIsUp || recordIsOver) return new GuestEndedError(error, timeIsUp ? 'time' : 'record_time');
    return new GuestEndedError(error, this.isOutOfMemory(error) ? 'memory' : undefined);
  }

  /** Whether it is the engine's way to say so. */
  isOutOfMemory({ name, message }: GuestError): boolean {
    if (name === 'InternalError' && message === 'out of memory') return true;
    return name === '' && this.#instance.growth.refused;
  }

  /** What the guest noted until it failed, if it can still say so; undefined if it did not fail by itself. */
  get notesOfFailure(): string | undefined {
    return this.#notesOfFailure;
  }

  #readNotes(): string | undefined {
    if (this.#entries === undefined) return undefined;
    try {
      using run = this.context.getProp(this.#entries, 'notes');
      const result = this.context.callFunction(run, this.context.undefined);
      return result.error === undefined
        ? this.border.textOut(result.value, utf8 => Buffer.from(utf8).toString())
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** In full memory, reading an error may itself fail: the error is what is known by then. */
  #read(thrown: QuickJSHandle): GuestError {
    if (this.#entries === undefined) return unreadableError;
    try {
      using run = this.context.getProp(this.#entries, 'readError');
      const result = this.context.callFunction(run, this.context.undefined, thrown);
      if (result.error !== undefined) return unreadableError;
      return readGuestError(this.context.getString(result.value));
    } catch {
      return unreadableError;
    }
  }
}
