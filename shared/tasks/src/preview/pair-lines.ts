/** Pairs as they come out of a function, as lines of JSON: all counted, the first of them held, within a bound of bytes. */
import { dataPlaneLimits, type PreviewPair, previewLimits } from '@gridmr/contracts';
import { ByteBuffer, createFormatter, type PairBlock } from '@gridmr/engine';
import { listedJson } from './listed-json.js';

const format = createFormatter('jsonl');
const text = new ByteBuffer(dataPlaneLimits.formattedBytesMax);

export class PairLines {
  /** `{"key":…,"value":…}` each: the first of them. */
  readonly held: string[] = [];
  /** Of all of them. */
  count = 0;
  /** Of all their lines. */
  bytes = 0;

  add(pairs: PairBlock): void {
    this.count += pairs.count;
    for (let from = 0; from < pairs.count; ) {
      text.clear();
      from = format(pairs, text, from);
      this.#hold(text.view());
    }
  }

  addAll(others: PairLines): void {
    this.held.push(...others.held);
    this.count += others.count;
    this.bytes += others.bytes;
  }

  /** For the answer. */
  listed(itemsMax: number): { total: number; items: PreviewPair[] } {
    return { total: this.count, items: this.held.slice(0, itemsMax).map(listedPair) };
  }

  #hold(lines: Uint8Array): void {
    const wasWhole = this.bytes <= previewLimits.pairBytesMax;
    this.bytes += lines.length;
    // A piece is a write buffer and one line at most, so what is held is bounded.
    if (wasWhole) this.held.push(...Buffer.from(lines).toString().trimEnd().split('\n'));
  }
}

function listedPair(line: string): PreviewPair {
  const { key, value } = JSON.parse(line) as { key: unknown; value: unknown };
  const shownKey = listedJson(key);
  const shownValue = listedJson(value);
  const cut = shownKey.cut || shownValue.cut;
  return { key: shownKey.json, value: shownValue.json, ...(cut ? { cut } : {}) };
}
