/** One job, live: what it does now, all its tasks, why it failed, what came out. */
import { isFinished, type Job } from '@gridmr/contracts';
import { useState } from 'react';
import { api } from '../api.js';
import { JobAttempts } from '../live/job-attempts.js';
import { JobFeed } from '../live/job-feed.js';
import { useStore } from '../live/store.js';
import { useJobMetrics } from '../live/use-job-metrics.js';
import { useOwned } from '../live/use-owned.js';
import { Section } from '../parts/section.js';
import { StatusBadge } from '../parts/status-badge.js';
import { Trouble } from '../parts/trouble.js';
import { useReading } from '../parts/use-reading.js';
import { CounterTable } from './counter-table.js';
import { DeadLetters } from './dead-letters.js';
import { FailedLine } from './failed-line.js';
import { JobActions } from './job-actions.js';
import { JobCharts } from './job-charts.js';
import { JobFacts, JobPhases } from './job-facts.js';
import { JobLogs } from './job-logs.js';
import { JobSource } from './job-source.js';
import { JobTasks } from './job-tasks.js';
import { ResultsPreview } from './results-preview.js';
import { RetryPanel } from './retry-panel.js';
import { Timeline } from './timeline.js';

export function JobPage({ params: { job_id } }: { readonly params: { readonly job_id: string } }) {
  // A retry opens another stream of events: the one before has ended.
  const [runs, setRuns] = useState(0);
  const feed = useOwned(() => new JobFeed(job_id), `${job_id} ${runs}`);
  return feed === undefined ? null : (
    <LiveJob key={runs} jobId={job_id} feed={feed} onRetried={() => setRuns(runs + 1)} />
  );
}

interface LiveJobProps {
  readonly jobId: string;
  readonly feed: JobFeed;
  readonly onRetried: () => void;
}

function LiveJob({ jobId, feed, onRetried }: LiveJobProps) {
  const { status, version, trouble, logs } = useStore(feed.state);
  const { answer: job, trouble: unread } = useReading(
    signal => api.job(jobId, { signal }),
    `${jobId} ${status?.status}`,
  );
  const [isRetrying, setRetrying] = useState(false);
  if (job === undefined) return <Trouble message={unread ?? trouble} />;
  const now = { ...job, ...status };
  const endRetry = () => {
    setRetrying(false);
    onRetried();
  };
  return (
    <>
      <header className="job-header">
        <h1>{job.name}</h1>
        <StatusBadge status={now.status} />
        <JobActions job={now} onRetry={() => setRetrying(true)} />
      </header>
      <Trouble message={trouble} />
      <JobFacts job={now} />
      <JobPhases job={now} />
      {now.error === null ? null : <FailedLine error={now.error} spec={job.spec} />}
      {isRetrying ? <RetryPanel job={now} onClose={endRetry} /> : null}
      {now.status === 'completed' ? <ResultsPreview job={now} /> : null}
      <Work job={now} feed={feed} version={version} />
      <Section title="Log">
        <JobLogs jobId={jobId} live={logs} isFinished={isFinished(now.status)} />
      </Section>
      <Section title="Dead letters" note="records that were skipped" isFolded={now.spec.on_record_error === 'fail'}>
        <DeadLetters jobId={jobId} skipped={now.counters.skipped_records ?? 0} />
      </Section>
      <Section title="Program and settings" isFolded>
        <JobSource spec={job.spec} />
      </Section>
    </>
  );
}

interface WorkProps {
  readonly job: Job;
  readonly feed: JobFeed;
  readonly version: number;
}

/** What workers do for the job: tasks, attempts, figures. */
function Work({ job, feed, version }: WorkProps) {
  const [chosen, setChosen] = useState<string>();
  const attempts = useOwned(() => new JobAttempts(job.job_id, feed), job.job_id);
  const metrics = useJobMetrics(job.job_id, version, isFinished(job.status));
  return (
    <>
      <Section title="Tasks">
        <JobTasks job={job} feed={feed} version={version} chosen={chosen} onChoose={setChosen} />
      </Section>
      {attempts === undefined ? null : (
        <AttemptSections job={job} attempts={attempts} metrics={metrics} onChoose={setChosen} />
      )}
      <Section title="Counters">
        <CounterTable counters={isFinished(job.status) ? job.counters : (metrics?.counters ?? job.counters)} />
      </Section>
    </>
  );
}

interface AttemptSectionsProps {
  readonly job: Job;
  readonly attempts: JobAttempts;
  readonly metrics: ReturnType<typeof useJobMetrics>;
  readonly onChoose: (taskId: string) => void;
}

function AttemptSections({ job, attempts, metrics, onChoose }: AttemptSectionsProps) {
  const all = useStore(attempts.state);
  return (
    <>
      <Section title="Timeline" note="attempts, by worker">
        <Timeline attempts={all} status={job.status} onChoose={onChoose} />
      </Section>
      {metrics === undefined ? null : (
        <Section title="Throughput and skew">
          <JobCharts metrics={metrics} attempts={all} />
        </Section>
      )}
    </>
  );
}
