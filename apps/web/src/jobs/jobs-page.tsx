/** All jobs, newest first, live: filters, search, cancelling several at once, and how to begin when there are none. */
import { type Job, type JobStatus, jobStatusSchema } from '@gridmr/contracts';
import { useState } from 'react';
import { api } from '../api.js';
import { type JobFilter, JobList } from '../live/job-list.js';
import { useStore } from '../live/store.js';
import { useOwned } from '../live/use-owned.js';
import { Trouble } from '../parts/trouble.js';
import { FirstJob } from './first-job.js';
import { JobTable } from './job-table.js';

export function JobsPage() {
  const [filter, setFilter] = useState<JobFilter>({});
  const list = useOwned(() => new JobList(filter), JSON.stringify(filter));
  return (
    <>
      <h1>Jobs</h1>
      <Filters filter={filter} onChange={setFilter} />
      {list === undefined ? null : <Listed list={list} isFiltered={Object.keys(filter).length > 0} />}
    </>
  );
}

function Filters({ filter, onChange }: { readonly filter: JobFilter; readonly onChange: (filter: JobFilter) => void }) {
  const change = (name: keyof JobFilter, value: string) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === '' ? rest : { ...rest, [name]: value as JobStatus });
  };
  return (
    <form className="filters" onSubmit={event => event.preventDefault()}>
      <label>
        Name
        <input type="search" value={filter.search ?? ''} onChange={event => change('search', event.target.value)} />
      </label>
      <label>
        Status
        <select value={filter.status ?? ''} onChange={event => change('status', event.target.value)}>
          <option value="">all</option>
          {jobStatusSchema.options.map(status => (
            <option key={status}>{status}</option>
          ))}
        </select>
      </label>
    </form>
  );
}

function Listed({ list, isFiltered }: { readonly list: JobList; readonly isFiltered: boolean }) {
  const { jobs, hasMore, trouble } = useStore(list.state);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  if (jobs === undefined) return <Trouble message={trouble} />;
  if (jobs.length === 0) return isFiltered ? <p>No job is like that.</p> : <FirstJob />;
  return (
    <>
      <Trouble message={trouble} />
      <CancelChosen jobs={jobs.filter(job => chosen.has(job.job_id))} onDone={() => setChosen(new Set())} />
      <JobTable jobs={jobs} chosen={chosen} onChoose={setChosen} />
      {hasMore ? (
        <button type="button" onClick={() => list.readMore()}>
          Show older jobs
        </button>
      ) : null}
    </>
  );
}

function CancelChosen({ jobs, onDone }: { readonly jobs: readonly Job[]; readonly onDone: () => void }) {
  const [trouble, setTrouble] = useState<string>();
  if (jobs.length === 0) return <Trouble message={trouble} />;
  const cancelAll = async () => {
    const results = await Promise.allSettled(jobs.map(job => api.cancel(job.job_id)));
    const refused = results.filter(result => result.status === 'rejected').map(result => String(result.reason.message));
    setTrouble(refused.length === 0 ? undefined : refused.join('; '));
    onDone();
  };
  return (
    <button type="button" className="danger" onClick={cancelAll}>
      Cancel {jobs.length === 1 ? jobs[0]?.name : `${jobs.length} jobs`}
    </button>
  );
}
