/** Whose jobs the stream of all jobs may tell a caller of. The one place that decides it. */
import type { Response } from 'express';
import { callerOf } from '../access/caller.js';
import type { MaySee } from './live-events.js';

/** A caller with the role `user` sees its own. */
export function visibleTo(response: Response): MaySee {
  const { role, clientId } = callerOf(response);
  return job => role !== 'user' || job.clientId === clientId;
}
