/** One job, live: what it does now, all its tasks, why it failed, what came out. */
import { isFinished, type Job, jobPhaseSchema } from '@gridmr/contracts';
import { useEffect, useState } from 'react';
import { api } from '../api.js';
import { JobFeed } from '../live/job-feed.js';
import { useStore } from '../live/store.js';
import { useOwned } from '../live/use-owned.js';
import { between, bytesText, timeText } from '../parts/amounts.js';
import { ProgressBar } from '../parts/progress-bar.js';
import { StatusBadge } from '../parts/status-badge.js';
import { Trouble } from '../parts/trouble.js';
import { CounterTable } from './counter-table.js';
import { FailedLine } from './failed-line.js';
import { JobActions } from './job-actions.js';
import { ResultsPreview } from './results-preview.js';
import { TaskGrid } from './task-grid.js';

export function JobPage({ params: { job_id } }: { readonly params: { readonly job_id: string } }) {
  const feed = useOwned(() => new JobFeed(job_id), job_id);
  return feed === undefined ? null : <LiveJob jobId={job_id} feed={feed} />;
}

function LiveJob({ jobId, feed }: { readonly jobId: string; readonly feed: JobFeed }) {
  const { status, version, trouble } = useStore(feed.state);
  const { job, trouble: unread } = useJob(jobId, status?.status);
  if (job === undefined) return <Trouble message={unread ?? trouble} />;
  const now = { ...job, ...status };
  return (
    <>
      <header className="job-header">
        <h1>{job.name}</h1>
        <StatusBadge status={now.status} />
        <JobActions job={now} />
      </header>
      <Trouble message={trouble} />
      <Facts job={now} />
      {now.error === null ? null : <FailedLine error={now.error} spec={job.spec} />}
      <Phases job={now} />
      <section aria-label="Tasks">
        <h2>Tasks</h2>
        {(['map', 'reduce'] as const).map(kind =>
          feed[kind].length === 0 ? null : (
            <div key={kind}>
              <ProgressBar label={`${kind} tasks`} share={now.progress[kind]} />
              <TaskGrid kind={kind} states={feed[kind]} version={version} onChoose={() => undefined} />
            </div>
          ),
        )}
      </section>
      {now.status === 'completed' ? <ResultsPreview job={now} /> : null}
      <CounterTable counters={now.counters} />
    </>
  );
}

/** The whole job, read again when its status changes. */
function useJob(jobId: string, status: string | undefined): { job: Job | undefined; trouble: string | undefined } {
  const [read, setRead] = useState<{ job?: Job; trouble?: string }>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: the status is why it is read again
  useEffect(() => {
    const leaving = new AbortController();
    api.job(jobId, { signal: leaving.signal }).then(
      job => setRead({ job }),
      error => {
        if (!leaving.signal.aborted) setRead(before => ({ ...before, trouble: error.message }));
      },
    );
    return () => leaving.abort();
  }, [jobId, status]);
  return { job: read.job, trouble: read.trouble };
}

function Facts({ job }: { readonly job: Job }) {
  return (
    <dl className="facts">
      <dt>Submitted</dt>
      <dd>
        <time dateTime={job.created_at}>{timeText(job.created_at)}</time> by {job.client_id}
      </dd>
      <dt>Time</dt>
      <dd>{between(job.started_at, job.finished_at)}</dd>
      <dt>Input</dt>
      <dd>{job.input === null ? 'not read yet' : `${bytesText(job.input.bytes)} in ${job.input.files} files`}</dd>
      <dt>Output</dt>
      <dd>{job.output === null ? job.spec.output_path : `${bytesText(job.output.bytes)} in ${job.output.path}`}</dd>
      <dt>Id</dt>
      <dd>
        <code>{job.job_id}</code>
      </dd>
    </dl>
  );
}

function Phases({ job }: { readonly job: Job }) {
  const phases = jobPhaseSchema.options;
  const at = job.phase === null ? -1 : phases.indexOf(job.phase);
  const reached = job.status === 'completed' ? phases.length : at;
  return (
    <ol className="phases" aria-label="Phases">
      {phases.map((phase, i) => (
        <li
          key={phase}
          className={i < reached ? 'past' : undefined}
          aria-current={isFinished(job.status) || i !== at ? undefined : 'step'}
        >
          {phase}
        </li>
      ))}
    </ol>
  );
}
