/**
 * Makes the engine begin with a small memory. After each attempt all of its memory is compared with what it was before (`shared/sandbox/src/kept-guest.ts`);
 * of the published build's 16 MiB a tiny task touches a few hundred kilobytes, and looking through the rest was a quarter of what such a task cost.
 *
 *     constants, 88 KiB | the engine's own stack, from its end downwards | heap: what the sandbox loads, 1.4 MiB, then user data
 *
 * The published stack has 5 MiB. The engine refuses to go deeper than the sandbox allows (`sandboxLimits.stackBytesMax`, 128 KiB). The heap begins where the
 * stack ends, so one address says both.
 *
 * Each place is told by what it says, and must be found as often as the published build has it, or this throws.
 */
import { change } from './change.mjs';

/** Pages of 64 KiB: what is used before user code runs ends in the 41st. */
export const memoryPages = 48;
/** The module's section that says so: whoever makes a memory for it can read it nowhere else. */
export const memoryPagesSection = 'gridmr-memory-pages';

const stackBytes = 1024 * 1024;
const published = { pages: 256, pagesMax: 32_768, stackBytes: 5_242_880, stackEnd: 5_333_088 };
const stackEnd = published.stackEnd - published.stackBytes + stackBytes;

/** @param {string} text of the published engine, as Binaryen writes it */
export function beginSmall(text) {
  const { pages, pagesMax } = published;
  const memory = new RegExp(`\\(memory (\\S+) ${pages} ${pagesMax}\\)`, 'g');
  let changed = change(text, memory, (_, name) => `(memory ${name} ${memoryPages} ${pagesMax})`);
  // The stack pointer's first value, and the C library's note of where its stack ends.
  changed = change(changed, constant(published.stackEnd), () => `(i32.const ${stackEnd})`, 2);
  changed = change(changed, constant(published.stackBytes), () => `(i32.const ${stackBytes})`);
  // Where the heap has got to.
  const heapEnd = new RegExp(
    `(\\(data \\S+ \\(i32\\.const \\d+\\)) "${escaped(inMemory(published.stackEnd))}"\\)`,
    'g',
  );
  return change(changed, heapEnd, (_, head) => `${head} "${inMemory(stackEnd)}")`);
}

function constant(value) {
  return new RegExp(`\\(i32\\.const ${value}\\)`, 'g');
}

/** An address as Binaryen writes the data that holds it: its last byte, a zero, is left out. */
function inMemory(address) {
  const bytes = [address & 0xff, (address >> 8) & 0xff, address >> 16];
  const isPlain = byte => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
  return bytes
    .map(byte => (isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`))
    .join('');
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
