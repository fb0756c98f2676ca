/** What can be done with a job now. */
import { isFinished, type Job, mayRetry } from '@gridmr/contracts';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api } from '../api.js';
import { faultText } from '../parts/fault-text.js';
import { Trouble } from '../parts/trouble.js';
import { useMayChange } from '../session/session-keeper.js';

interface JobActionsProps {
  readonly job: Job;
  readonly onRetry: () => void;
}

export function JobActions({ job, onRetry }: JobActionsProps) {
  const [trouble, setTrouble] = useState<string>();
  const [, go] = useLocation();
  const mayChange = useMayChange();
  const act = (call: () => Promise<unknown>) => () => {
    setTrouble(undefined);
    call().catch(error => setTrouble(faultText(error)));
  };
  if (!mayChange) return null;
  const cancel = act(() => api.cancel(job.job_id));
  const remove = act(async () => {
    if (!window.confirm(`Delete ${job.name}, with its output and its history?`)) return;
    await api.delete(job.job_id);
    go('/');
  });
  return (
    <>
      <div className="actions">
        {isFinished(job.status) ? null : (
          <button type="button" className="danger" onClick={cancel}>
            Cancel
          </button>
        )}
        {mayRetry(job.status) ? (
          <button type="button" className="primary" onClick={onRetry}>
            Retry
          </button>
        ) : null}
        <Link href={`/submit?from=${job.job_id}`} className="button">
          Edit and resubmit
        </Link>
        {isFinished(job.status) ? (
          <button type="button" className="danger" onClick={remove}>
            Delete
          </button>
        ) : null}
      </div>
      <Trouble message={trouble} />
    </>
  );
}
