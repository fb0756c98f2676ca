/**
 * Memories of engine instances that are gone, wiped, for the instances of other jobs. V8 counts each memory as garbage of its size, so every job
 * that brings its own costs two collections of a whole heap: more than all else of a small one.
 *
 * A wiped memory is what a fresh one is: its size never changed, and every byte of it was seen to be zero or made so. What does change is the instance: no
 * table, global or compiled call of the old one has to do with the new one. Only an instance that ended well gives its memory here, since nothing
 * calls into it any more.
 */
import { wipe } from './prelude-image.js';
import { type WasmMemory, webAssembly } from './web-assembly.js';

export interface MemorySize {
  /** In pages. */
  readonly initial: number;
  readonly maximum: number;
}

interface WipedMemory extends MemorySize {
  readonly memory: WasmMemory;
}

const waiting: WipedMemory[] = [];
/** One for the next attempt, one for its spare. */
const waitingMax = 2;

/** A memory of zeros. */
export function takeMemory({ initial, maximum }: MemorySize): WasmMemory {
  const at = waiting.findIndex(each => each.initial === initial && each.maximum === maximum);
  const [found] = at === -1 ? [] : waiting.splice(at, 1);
  return found?.memory ?? new webAssembly.Memory({ initial, maximum });
}

/** Gives back a memory that never grew, of an instance that is never entered again. */
export function giveMemory(memory: WasmMemory, size: MemorySize): void {
  if (waiting.length >= waitingMax) waiting.shift();
  wipe(memory.buffer);
  waiting.push({ memory, ...size });
}
