/** Jobs as rows. Those that have not ended may be chosen, to be cancelled together. */
import { isFinished, type Job } from '@gridmr/contracts';
import { Link } from 'wouter';
import { between, bytesText, timeText } from '../parts/amounts.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { StatusBadge } from '../parts/status-badge.js';

interface JobTableProps {
  readonly jobs: readonly Job[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

export function JobTable({ jobs, chosen, onChoose }: JobTableProps) {
  const choose = (id: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <div className="scrolls">
      <table>
        <thead>
          <tr>
            <th>
              <span className="unseen">Choose</span>
            </th>
            <th>Name</th>
            <th>Status</th>
            <th>Progress</th>
            <th>Input</th>
            <th>Time</th>
            <th>Submitted</th>
            <th>By</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(job => (
            <JobRow key={job.job_id} job={job} isChosen={chosen.has(job.job_id)} onChoose={choose} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface JobRowProps {
  readonly job: Job;
  readonly isChosen: boolean;
  readonly onChoose: (id: string, isChosen: boolean) => void;
}

function JobRow({ job, isChosen, onChoose }: JobRowProps) {
  return (
    <tr>
      <td>
        {isFinished(job.status) ? null : (
          <input
            type="checkbox"
            aria-label={`Choose ${job.name}`}
            checked={isChosen}
            onChange={event => onChoose(job.job_id, event.target.checked)}
          />
        )}
      </td>
      <td className="job-name">
        <Link href={`/jobs/${job.job_id}`}>{job.name}</Link>
      </td>
      <td>
        <StatusBadge status={job.status} />
      </td>
      <td>
        {job.status === 'completed' ? null : (
          <ProgressBar label={`Progress of ${job.name}`} share={wholeProgress(job)} />
        )}
      </td>
      <td>{job.input === null ? '–' : bytesText(job.input.bytes)}</td>
      <td>{between(job.started_at, job.finished_at)}</td>
      <td>
        <time dateTime={job.created_at}>{timeText(job.created_at)}</time>
      </td>
      <td>{job.client_id}</td>
    </tr>
  );
}

/** Tasks that are completed, of all. */
function wholeProgress({ tasks: { map, reduce } }: Job): number {
  const total = map.total + reduce.total;
  return total === 0 ? 0 : (map.completed + reduce.completed) / total;
}
