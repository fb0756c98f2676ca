/** Whose jobs the stream of all jobs may tell a caller of. The one place that decides it. */
import type { Caller } from '../access/caller.js';
import type { MaySee } from './live-events.js';

/** Users see their own jobs, all others see all. */
export function visibleTo({ role, clientId }: Caller): MaySee {
  return job => role !== 'user' || job.clientId === clientId;
}
