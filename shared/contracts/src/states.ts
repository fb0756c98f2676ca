/**
 * The one table of states and of the moves between them, read by API, worker and dashboard alike.
 */
import { z } from 'zod';

export const jobStatusSchema = z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']);
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const jobPhaseSchema = z.enum(['plan', 'map', 'shuffle', 'reduce', 'commit']);
export type JobPhase = z.infer<typeof jobPhaseSchema>;

export const taskStateSchema = z.enum(['pending', 'running', 'completed', 'failed', 'cancelled']);
export type TaskState = z.infer<typeof taskStateSchema>;

export const attemptStateSchema = z.enum(['running', 'committed', 'superseded', 'failed', 'lost', 'cancelled']);
export type AttemptState = z.infer<typeof attemptStateSchema>;

const jobMoves: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['running', 'completed', 'failed', 'cancelled'],
  running: ['completed', 'failed', 'cancelled'],
  completed: [],
  /** A retry begins a new run of the job. */
  failed: ['queued'],
  cancelled: ['queued'],
};

const attemptMoves: Record<AttemptState, readonly AttemptState[]> = {
  running: ['committed', 'superseded', 'failed', 'lost', 'cancelled'],
  /** A lost worker may come back and report how its attempt ended. */
  lost: ['committed', 'superseded', 'failed', 'cancelled'],
  committed: [],
  superseded: [],
  failed: [],
  cancelled: [],
};

/** Whether a job may go from one status to another. */
export function jobMayMove(from: JobStatus, to: JobStatus): boolean {
  return jobMoves[from].includes(to);
}

/** Whether an attempt may go from one state to another. */
export function attemptMayMove(from: AttemptState, to: AttemptState): boolean {
  return attemptMoves[from].includes(to);
}

/** Attempt states from which `to` may be reached: what an update's condition lists. */
export function attemptStatesBefore(to: AttemptState): AttemptState[] {
  return attemptStateSchema.options.filter(from => attemptMayMove(from, to));
}

/** Job statuses from which `to` may be reached: what an update's condition lists. */
export function jobStatusesBefore(to: JobStatus): JobStatus[] {
  return jobStatusSchema.options.filter(from => jobMayMove(from, to));
}

/** A finished job never moves again, unless it is retried. */
export function isFinished(status: JobStatus): boolean {
  return status === 'completed' || mayRetry(status);
}

/** Whether a job may be given another run. */
export function mayRetry(status: JobStatus): boolean {
  return jobMayMove(status, 'queued');
}

const phaseOrder = jobPhaseSchema.options;

/** Phases only advance; late news of an earlier one changes nothing. */
export function isLaterPhase(phase: JobPhase, than: JobPhase | null): boolean {
  return than === null || phaseOrder.indexOf(phase) > phaseOrder.indexOf(than);
}
