/**
 * Text and numbers across the border, by the shortest way: bytes written to and read from the guest's heap. Strings of the engine end at a NUL in
 * both directions, so text with NUL takes another way (JSON). Nothing here believes what the guest says but addresses that the engine gave.
 */
import type { JSContextPointer, JSValuePointer, QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import type { QuickJsInstance } from './quickjs-instance.js';

/** The parts of the engine's C interface that are needed, and the context's own pointer. The wrapper keeps these to itself. */
interface ContextInternals {
  readonly ctx: { readonly value: JSContextPointer };
  readonly ffi: {
    QTS_NewString(ctx: JSContextPointer, text: number): JSValuePointer;
    QTS_GetString(ctx: JSContextPointer, value: QuickJSHandle['value']): number;
    QTS_FreeCString(ctx: JSContextPointer, text: number): void;
    QTS_NewArrayBuffer(ctx: JSContextPointer, memory: number, bytes: number): JSValuePointer;
  };
  readonly memory: { heapValueHandle(pointer: JSValuePointer): QuickJSHandle };
}

/** A call into the guest found no memory: the text never got there or back. */
export class GuestMemoryError extends Error {
  constructor() {
    super('out of memory');
    this.name = 'GuestMemoryError';
  }
}

export class GuestBorder {
  readonly #instance: QuickJsInstance;
  readonly #internals: ContextInternals;

  constructor(instance: QuickJsInstance) {
    this.#instance = instance;
    this.#internals = internalsOf(instance.context);
  }

  /** A string in the guest, of UTF-8 without NUL. The caller disposes the handle. */
  textIn(utf8: Uint8Array): QuickJSHandle {
    const { engine } = this.#instance;
    const { ctx, ffi, memory } = this.#internals;
    const pointer = engine._malloc(utf8.length + 1);
    if (pointer === 0) throw new GuestMemoryError();
    engine.HEAPU8.set(utf8, pointer);
    engine.HEAPU8[pointer + utf8.length] = 0;
    const value = ffi.QTS_NewString(ctx.value, pointer);
    engine._free(pointer);
    return memory.heapValueHandle(value);
  }

  /** What `use` makes of a guest string's UTF-8, which it sees in place and must not keep. */
  textOut<T>(handle: QuickJSHandle, use: (utf8: Uint8Array) => T): T {
    const { engine } = this.#instance;
    const { ctx, ffi } = this.#internals;
    const pointer = ffi.QTS_GetString(ctx.value, handle.value);
    if (pointer === 0) throw new GuestMemoryError();
    try {
      const heap = engine.HEAPU8;
      return use(heap.subarray(pointer, heap.indexOf(0, pointer)));
    } finally {
      ffi.QTS_FreeCString(ctx.value, pointer);
    }
  }

  /** Zeroed memory that host and guest share: an ArrayBuffer in the guest, which does not move while the guest holds it. */
  share(bytes: number): { readonly address: number; readonly buffer: QuickJSHandle } {
    const { engine } = this.#instance;
    const { ctx, ffi, memory } = this.#internals;
    const address = engine._malloc(bytes);
    if (address === 0) throw new GuestMemoryError();
    engine.HEAPU8.fill(0, address, address + bytes);
    return { address, buffer: memory.heapValueHandle(ffi.QTS_NewArrayBuffer(ctx.value, address, bytes)) };
  }

  /** Where the engine's context lies. */
  get contextAddress(): number {
    return this.#internals.ctx.value;
  }

  /** The handle that lies at an address: of the same memory, or of one that this is a copy of. */
  handleAt(address: QuickJSHandle['value']): QuickJSHandle {
    return this.#internals.memory.heapValueHandle(address as JSValuePointer);
  }

  /** An ArrayBuffer in the guest with a copy of `bytes`, freed with it. The caller disposes the handle. */
  bytesIn(bytes: Uint8Array): QuickJSHandle {
    const { engine } = this.#instance;
    const { ctx, ffi, memory } = this.#internals;
    const address = engine._malloc(Math.max(1, bytes.length));
    if (address === 0) throw new GuestMemoryError();
    engine.HEAPU8.set(bytes, address);
    return memory.heapValueHandle(ffi.QTS_NewArrayBuffer(ctx.value, address, bytes.length));
  }

  /** All of the guest's memory. Replaced whenever it grows. */
  get memory(): ArrayBuffer {
    return this.#instance.memory.buffer;
  }

  uint8At(address: number, count: number): Uint8Array {
    return new Uint8Array(this.#instance.memory.buffer, address, count);
  }

  uint32At(address: number, count: number): Uint32Array {
    return new Uint32Array(this.#instance.memory.buffer, address, count);
  }

  float64At(address: number, count: number): Float64Array {
    return new Float64Array(this.#instance.memory.buffer, address, count);
  }
}

function internalsOf(context: QuickJSContext): ContextInternals {
  return context as unknown as ContextInternals;
}
