/** Run as a process of its own: opens the history of the directory in its arguments, adds a job, says which, and stays. */
import { openHistory } from '@gridmr/history';
import { anyJob, newJob } from './samples.js';

const history = await openHistory({ dataDirectory: process.argv[2] ?? '' });
const asked = anyJob();
await history.addJob(newJob(asked));
process.send?.(asked.job_id);
// The channel to the parent keeps this process alive until it is killed.
process.on('disconnect', () => process.exit(1));
