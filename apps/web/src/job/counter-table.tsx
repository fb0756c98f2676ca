/** A job's counters: GridMR's own, then those of the program. */
import type { Job } from '@gridmr/contracts';
import { bytesText, countText, durationText } from '../parts/amounts.js';

export function CounterTable({ counters }: { readonly counters: Job['counters'] }) {
  const { user, ...own } = counters;
  const rows = Object.entries(own).map(([name, value]) => ({ name, text: textOf(name, Number(value)) }));
  const users = Object.entries(user ?? {}).map(([name, value]) => ({ name: `user: ${name}`, text: countText(value) }));
  return (
    <table className="counters">
      <caption>Counters</caption>
      <tbody>
        {[...rows, ...users].map(({ name, text }) => (
          <tr key={name}>
            <th scope="row">{name.replaceAll('_', ' ')}</th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function textOf(name: string, value: number): string {
  if (name.endsWith('_bytes')) return bytesText(value);
  return name === 'cpu_ms' ? durationText(value) : countText(value);
}
