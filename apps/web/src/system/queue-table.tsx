/** How much waits in each queue. */
import type { QueueDepth, SystemMetrics } from '@gridmr/contracts';
import { countText, durationText } from '../parts/amounts.js';

const meanings = { control: 'plans, barriers, commits', tasks: 'map and reduce tasks' } as const;
const names = ['control', 'tasks'] as const;

export function QueueTable({ queues }: { readonly queues: SystemMetrics['queues'] }) {
  if (queues === null) return <p>Redis does not answer.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scrolls" aria-label="Depth of the queues" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>Queue</th>
            <th>Waiting</th>
            <th>Active</th>
            <th>Delayed</th>
            <th>Blocked</th>
            <th>The next has waited</th>
          </tr>
        </thead>
        <tbody>
          {names.map(name => (
            <QueueRow key={name} name={name} depth={queues[name]} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function QueueRow({ name, depth }: { readonly name: (typeof names)[number]; readonly depth: QueueDepth }) {
  return (
    <tr>
      <th scope="row">
        {name} <span className="quiet small">{meanings[name]}</span>
      </th>
      <td>{countText(depth.waiting)}</td>
      <td>{countText(depth.active)}</td>
      <td>{countText(depth.delayed)}</td>
      <td>{countText(depth.blocked)}</td>
      <td>{depth.oldest_wait_ms === null ? '–' : durationText(depth.oldest_wait_ms)}</td>
    </tr>
  );
}
