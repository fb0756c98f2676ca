/** The first groups that `reduce` is given, each with its first values. They come in batches, of which the last group may go on in the next. */
import { type PreviewGroup, previewLimits } from '@gridmr/contracts';
import type { BatchValues, GroupBatch } from '@gridmr/engine';
import { listedJson } from './listed-json.js';

const { groupsListedMax, valuesListedMax } = previewLimits;

export class GroupListing {
  readonly items: PreviewGroup[] = [];
  /** Groups that came, listed or not. */
  total = 0;

  add(batch: GroupBatch): void {
    const begun = this.total - (batch.continued ? 1 : 0);
    this.total = begun + batch.groups;
    if (begun >= groupsListedMax) return;
    const keys = JSON.parse(Buffer.from(batch.keys).toString()) as unknown[];
    const values = valuesOf(batch.values);
    let at = 0;
    for (let i = 0; i < batch.groups && begun + i < groupsListedMax; i++) {
      const count = batch.counts[i] ?? 0;
      this.#addValues(begun + i, keys[i], count, values.slice(at, at + Math.min(count, valuesListedMax)));
      at += count;
    }
  }

  #addValues(index: number, key: unknown, count: number, first: readonly unknown[]): void {
    const shownKey = listedJson(key);
    const known = this.items[index] ?? { key: shownKey.json, values: [], count: 0 };
    const shown = first.slice(0, valuesListedMax - known.values.length).map(listedJson);
    const cut = known.cut === true || shownKey.cut || shown.some(value => value.cut);
    this.items[index] = {
      ...known,
      values: [...known.values, ...shown.map(({ json }) => json)],
      count: known.count + count,
      ...(cut ? { cut } : {}),
    };
  }
}

function valuesOf(values: BatchValues): { slice(from: number, to: number): readonly unknown[] } {
  if (values.kind === 'numbers') return { slice: (from, to) => Array.from(values.numbers.subarray(from, to)) };
  if (values.kind === 'strings') return Buffer.from(values.text).toString().split('\n');
  return JSON.parse(Buffer.from(values.json).toString()) as unknown[];
}
