/** All jobs, newest first. */
import type { Job } from '@gridmr/contracts';
import { useEffect, useState } from 'react';
import { api } from '../api.js';

export function JobsPage() {
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  useEffect(() => {
    const leaving = new AbortController();
    api.listJobs({}, { signal: leaving.signal }).then(
      page => setJobs(page.items),
      () => undefined,
    );
    return () => leaving.abort();
  }, []);
  return (
    <>
      <h1>Jobs</h1>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Status</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(job => (
            <tr key={job.job_id}>
              <td>{job.name}</td>
              <td>{job.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
