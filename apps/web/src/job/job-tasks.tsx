/** All tasks of a job by stage, and the one that was chosen among them. */
import { type Job, taskId } from '@gridmr/contracts';
import { kinds } from '../live/job-attempts.js';
import type { JobFeed } from '../live/job-feed.js';
import { countText } from '../parts/amounts.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { TaskGrid } from './task-grid.js';
import { TaskPanel } from './task-panel.js';

interface JobTasksProps {
  readonly job: Pick<Job, 'job_id' | 'progress' | 'tasks'>;
  readonly feed: JobFeed;
  readonly version: number;
  readonly chosen: string | undefined;
  readonly onChoose: (taskId: string | undefined) => void;
}

export function JobTasks({ job, feed, version, chosen, onChoose }: JobTasksProps) {
  const { job_id } = job;
  return (
    <>
      {kinds.map(kind =>
        feed[kind].length === 0 ? null : (
          <div key={kind}>
            <p className="stage">
              <strong>{kind}</strong> {countsText(job.tasks[kind])}
            </p>
            <ProgressBar label={`${kind} tasks`} share={job.progress[kind]} />
            <TaskGrid
              kind={kind}
              states={feed[kind]}
              version={version}
              onChoose={index => onChoose(taskId(job_id, kind, index))}
            />
          </div>
        ),
      )}
      {feed.map.length === 0 ? <p className="quiet">There are none until the job is planned.</p> : null}
      {chosen === undefined ? null : (
        <TaskPanel jobId={job_id} taskId={chosen} version={version} onClose={() => onChoose(undefined)} />
      )}
    </>
  );
}

function countsText({ total, running, completed, failed }: Job['tasks']['map']): string {
  const parts = [`${countText(completed)} of ${countText(total)} completed`];
  if (running > 0) parts.push(`${countText(running)} running`);
  if (failed > 0) parts.push(`${countText(failed)} failed`);
  return parts.join(', ');
}
