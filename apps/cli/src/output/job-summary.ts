/** What a finished job came to, in a few lines. */
import { type Counters, counterNames } from '@gridmr/contracts';
import { bytesText, countText, durationText } from './sizes.js';
import { printable } from './text-table.js';

export interface FinishedWork {
  readonly input: { readonly files: number; readonly bytes: number } | null;
  readonly output: {
    readonly path: string;
    readonly parts: number;
    readonly records: number;
    readonly bytes: number;
  } | null;
  readonly counters: Counters;
  readonly ms: number;
}

export function summarise({ input, output, ms, counters }: FinishedWork): string[] {
  const read =
    input === null ? '' : `${countText(input.files)} file${input.files === 1 ? '' : 's'}, ${bytesText(input.bytes)}`;
  const rate = input === null || ms <= 0 ? '' : `, ${(input.bytes / 1e6 / (ms / 1000)).toFixed(1)} MB/s`;
  const lines = [`completed in ${durationText(ms)}: ${read}${rate}`];
  if (output !== null) {
    const parts = `${countText(output.parts)} part${output.parts === 1 ? '' : 's'}`;
    lines.push(
      `output ${printable(output.path)}: ${countText(output.records)} records in ${parts}, ${bytesText(output.bytes)}`,
    );
  }
  if (counters.skipped_records > 0) lines.push(`${countText(counters.skipped_records)} bad records were skipped`);
  return [...lines, ...userCounters(counters)];
}

/** What the program counted itself. */
export function userCounters(counters: Counters): string[] {
  return Object.entries(counters.user).map(([name, value]) => `  ${printable(name)}: ${countText(value)}`);
}

/** All of the platform's that are not 0. */
export function platformCounters(counters: Counters): [string, string][] {
  return counterNames.filter(name => counters[name] > 0).map(name => [name, countText(counters[name])]);
}
