import { UnrecoverableError } from 'bullmq';

/** There is nothing left to do for a task whose job has ended. */
export class JobEndedError extends UnrecoverableError {}

/** Why a running attempt is told to stop: the reason its signal is aborted with. */
export const stopReasons = {
  /** The job was cancelled or has failed. */
  jobEnded: 'job ended',
  /** The worker process stops: the task goes back to the queue, and no attempt is counted. */
  workerStops: 'worker stops',
  /** The queue has given the task to another worker. */
  lockLost: 'lock lost',
  /** Another attempt of the task was committed. */
  overtaken: 'overtaken',
} as const;
export type StopReason = (typeof stopReasons)[keyof typeof stopReasons];

/** The reason of an aborted signal; undefined if it was not aborted. */
export function stopReasonOf(signal: AbortSignal): StopReason | undefined {
  if (!signal.aborted) return undefined;
  const text = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
  return Object.values(stopReasons).find(reason => text.includes(reason)) ?? stopReasons.lockLost;
}
