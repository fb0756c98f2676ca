/** One task: its attempts, where they ran, and why they failed. Read again when the task changes. */
import type { Attempt, Task } from '@gridmr/contracts';
import { useEffect, useRef } from 'react';
import { api } from '../api.js';
import { between, timeText } from '../parts/amounts.js';
import { StatusBadge } from '../parts/status-badge.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';

interface TaskPanelProps {
  readonly jobId: string;
  readonly taskId: string;
  /** Changes with the task's state. */
  readonly version: number;
  readonly onClose: () => void;
}

export function TaskPanel({ jobId, taskId, version, onClose }: TaskPanelProps) {
  const panel = useRef<HTMLElement>(null);
  const read = (signal: AbortSignal) => api.task(jobId, taskId, { signal });
  const { answer: task, trouble } = useReading(read, `${taskId} ${version}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another task was chosen
  useEffect(() => panel.current?.focus(), [taskId]);
  return (
    <section ref={panel} className="task-panel" aria-label="Task" tabIndex={-1}>
      <h3>
        <code>{taskId}</code> {task === undefined ? null : <StatusBadge status={task.state} />}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </h3>
      <Trouble message={trouble} />
      {task === undefined ? null : <Attempts task={task} />}
    </section>
  );
}

function Attempts({ task }: { readonly task: Task }) {
  if (task.attempts.length === 0) return <p className="quiet">It has not been begun.</p>;
  return (
    <div className="scrolls">
      <table>
        <thead>
          <tr>
            <th>Attempt</th>
            <th>State</th>
            <th>Worker</th>
            <th>Began</th>
            <th>Time</th>
            <th>Error</th>
          </tr>
        </thead>
        <tbody>
          {task.attempts.map(attempt => (
            <tr key={`${attempt.run} ${attempt.attempt}`}>
              <td>{nameOf(attempt)}</td>
              <td>
                <StatusBadge status={attempt.state} />
              </td>
              <td>
                <code>{attempt.worker_id}</code>
              </td>
              <td>{timeText(attempt.started_at)}</td>
              <td>{between(attempt.started_at, attempt.finished_at)}</td>
              <td className="wraps">
                {attempt.error === null ? '–' : `${attempt.error.code}: ${attempt.error.message}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function nameOf({ run, attempt, speculative }: Attempt): string {
  const ofRun = run === undefined || run === 1 ? '' : ` of run ${run}`;
  return `${attempt}${ofRun}${speculative ? ', speculative' : ''}`;
}
