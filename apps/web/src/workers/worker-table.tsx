/** A row for each worker. */
import type { Worker } from '@gridmr/contracts';
import { between, countText, timeText } from '../parts/amounts.js';
import { StatusBadge } from '../parts/status-badge.js';

interface WorkerTableProps {
  readonly workers: readonly Worker[];
  /** Tasks per second, by worker. */
  readonly rates: ReadonlyMap<string, number>;
}

export function WorkerTable({ workers, rates }: WorkerTableProps) {
  if (workers.length === 0) return <p>No worker has reported. Jobs wait until one does.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scrolls" aria-label="All workers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>Worker</th>
            <th>State</th>
            <th>Slots</th>
            <th>Processor</th>
            <th>Memory</th>
            <th>Tasks/s</th>
            <th>Completed</th>
            <th>Failed</th>
            <th>Up</th>
            <th>Last heard of</th>
          </tr>
        </thead>
        <tbody>
          {workers.map(worker => (
            <tr key={worker.worker_id}>
              <td>
                <code>{worker.worker_id}</code>
                <div className="quiet small">
                  {worker.host}, process {worker.pid}, {worker.version}
                </div>
              </td>
              <td>
                <StatusBadge status={worker.state} />
              </td>
              <td>
                <meter min={0} max={Math.max(1, worker.slots)} value={worker.active_tasks} aria-label="Slots at work" />{' '}
                {worker.active_tasks}/{worker.slots}
              </td>
              <td>{Math.round(worker.cpu_percent)} %</td>
              <td>{Math.round(worker.rss_mb)} MB</td>
              <td>{rates.get(worker.worker_id)?.toFixed(1) ?? '–'}</td>
              <td>{countText(worker.tasks_completed)}</td>
              <td>{countText(worker.tasks_failed)}</td>
              <td>{between(worker.started_at, null)}</td>
              <td>{timeText(worker.last_heartbeat_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
