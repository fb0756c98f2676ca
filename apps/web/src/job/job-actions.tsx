/** What can be done with a job now. */
import { isFinished, type Job } from '@gridmr/contracts';
import { useState } from 'react';
import { api } from '../api.js';
import { Trouble } from '../parts/trouble.js';

export function JobActions({ job }: { readonly job: Job }) {
  const [trouble, setTrouble] = useState<string>();
  const act = (call: () => Promise<unknown>) => () => {
    setTrouble(undefined);
    call().catch(error => setTrouble(error.message));
  };
  return (
    <>
      {isFinished(job.status) ? null : (
        <button type="button" className="danger" onClick={act(() => api.cancel(job.job_id))}>
          Cancel
        </button>
      )}
      <Trouble message={trouble} />
    </>
  );
}
