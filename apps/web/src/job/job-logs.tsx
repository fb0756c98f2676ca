/** What the program wrote with `ctx.log`: live while the job runs, all that was kept once it has ended. */
import type { LogEvent } from '@gridmr/contracts';
import { useState } from 'react';
import { api } from '../api.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';

const pageLines = 200;
const linesMax = 1000;

interface JobLogsProps {
  readonly jobId: string;
  readonly live: readonly LogEvent[];
  readonly isFinished: boolean;
}

export function JobLogs({ jobId, live, isFinished }: JobLogsProps) {
  return isFinished ? <KeptLines jobId={jobId} /> : <LiveLines jobId={jobId} live={live} />;
}

interface ShownLine {
  readonly id: string;
  readonly task: string;
  readonly text: string;
}

function LiveLines({ jobId, live }: Pick<JobLogsProps, 'jobId' | 'live'>) {
  const lines = live.flatMap(({ task_id, attempt, lines, omitted }) => {
    const task = task_id.slice(jobId.length + 1);
    const shown = lines.map((text, i) => ({ id: `${task_id} ${attempt} ${i}`, task, text }));
    if (omitted > 0)
      shown.push({ id: `${task_id} ${attempt} more`, task, text: `(${omitted} more lines when the job has ended)` });
    return shown;
  });
  return <Lines lines={lines} empty="Nothing yet. Attempts tell what they logged when they are committed." />;
}

function KeptLines({ jobId }: Pick<JobLogsProps, 'jobId'>) {
  const [limit, setLimit] = useState(pageLines);
  const read = (signal: AbortSignal) => api.logs(jobId, { limit }, { signal });
  const { answer, trouble } = useReading(read, `${jobId} ${limit}`);
  if (answer === undefined) return <Trouble message={trouble} />;
  const lines = answer.items.map(({ task_id, run, attempt, attempt_state, line, text }) => ({
    id: `${task_id} ${run} ${attempt} ${line}`,
    task: `${task_id.slice(jobId.length + 1)}${attempt_state === 'failed' ? ' (failed)' : ''}`,
    text,
  }));
  return (
    <>
      <Lines lines={lines} empty="The program logged nothing. It would with ctx.log(text)." />
      {answer.next_cursor !== null && limit < linesMax ? (
        <button type="button" onClick={() => setLimit(linesMax)}>
          Show more
        </button>
      ) : null}
    </>
  );
}

function Lines({ lines, empty }: { readonly lines: readonly ShownLine[]; readonly empty: string }) {
  if (lines.length === 0) return <p className="quiet">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="log" role="log" aria-label="Log lines" tabIndex={0}>
      {lines.map(({ id, task, text }) => (
        <div key={id}>
          <span className="quiet">{task}</span> {text}
        </div>
      ))}
    </div>
  );
}
