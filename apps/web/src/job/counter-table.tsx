/** A job's counters: GridMR's own, then those of the program. */
import type { Job } from '@gridmr/contracts';
import { bytesText, countText, durationText } from '../parts/amounts.js';

export function CounterTable({ counters }: { readonly counters: Job['counters'] }) {
  const { user, ...own } = counters;
  const rows = Object.entries(own).map(([name, value]) => ({ name, text: textOf(name, Number(value)) }));
  const users = Object.entries(user ?? {}).map(([name, value]) => ({ name: `user: ${name}`, text: countText(value) }));
  return (
    <dl className="counters">
      {[...rows, ...users].map(({ name, text }) => (
        <div key={name}>
          <dt>{name.replaceAll('_', ' ')}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function textOf(name: string, value: number): string {
  if (name.endsWith('_bytes')) return bytesText(value);
  return name === 'cpu_ms' ? durationText(value) : countText(value);
}
