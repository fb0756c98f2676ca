/** Whether the engine that is loaded lays its values out as `guest-heap.ts` says: looked at once per engine and thread, before any user code. */
import { GuestHeap, guestLayout, valueTags } from './guest-heap.js';

/** A string of each width, one that is put together of two, and one of each other kind. The array grows at its end, as those of the prelude do. */
export const layoutSamples = `(() => {
  const samples = [];
  const given = ['key', '', 'é', '\\u{1F600}\\ud800', 'a'.repeat(20000) + 'b'.repeat(20000), 7, -1, 1.5, -1e300, true, false, null];
  for (let i = 0; i < given.length; i++) samples[i] = given[i];
  return samples;
})()`;
const expected = [
  ...['key', '', 'é', '\u{1F600}\ud800', 'a'.repeat(20_000) + 'b'.repeat(20_000)],
  ...[7, -1, 1.5, -1e300, true, false, null],
];

/**
 * Throws if it does not: the package is of another version than the one that this was written for.
 * @param array address of the value that `layoutSamples` gave
 */
export function checkGuestLayout(memory: ArrayBuffer, array: number): void {
  const found = readAll(new GuestHeap(memory), array);
  const isAsExpected = expected.every((value, i) => Object.is(value, found[i]));
  if (!isAsExpected)
    throw new Error('the JavaScript engine lays values out in another way; check the version of its package');
}

function readAll(heap: GuestHeap, array: number): unknown[] {
  try {
    const elements = heap.elementsOf(array, expected.length);
    return expected.map((_, i) => readOne(heap, elements + i * guestLayout.valueBytes));
  } catch {
    return [];
  }
}

function readOne(heap: GuestHeap, value: number): unknown {
  const tag = heap.tagAt(value);
  const isText = tag === valueTags.string || tag === valueTags.rope;
  return isText ? heap.textAt(value) : heap.primitiveAt(value);
}
