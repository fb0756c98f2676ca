/** Whose jobs the stream of all jobs may tell a caller of. The one place that decides it. */
import type { Response } from 'express';
import type { MaySee } from './live-events.js';

/** Everybody may see everything, as long as there are no keys. */
export function visibleTo(_response: Response): MaySee {
  return () => true;
}
