/** The memory of a sort buffer, kept from one attempt of a thread to its next: growing it anew would cost more than many an attempt. */
import { GroupBuffer, type GroupBufferOptions } from './group-buffer.js';

export class SortMemory {
  #kept: GroupBuffer | undefined;

  /** An empty buffer, of its own for whoever takes it. */
  take(options: GroupBufferOptions): GroupBuffer {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined) return new GroupBuffer(options);
    kept.reuse(options);
    return kept;
  }

  /** Takes a buffer back that is not used any more. */
  giveBack(buffer: GroupBuffer): void {
    this.#kept = buffer;
  }
}
