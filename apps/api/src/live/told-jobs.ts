/**
 * How far each job has been told, so that nothing is told of it that is over. Each API process tells what it has stored itself, a moment later: so what one
 * has stored of a running job may come behind what another has stored of its end. All processes read the same entries in the same order, and leave out the same.
 *
 * Of the states of single tasks one may come late all the same; what comes next of the job, or its end, says how things are.
 */
import { isFinished, type JobChangeEntry, type JobPhase, jobPhaseSchema, liveLimits } from '@gridmr/contracts';

interface Told {
  readonly run: number;
  /** See `rankOf`. */
  readonly rank: number;
  readonly hasEnded: boolean;
}

const phases: readonly JobPhase[] = jobPhaseSchema.options;
const queuedRank = -1;

export class ToldJobs {
  readonly #told = new Map<string, Told>();

  /** Whether this is over: of an earlier run, of a phase before the one that was told, or of a job whose end was told. */
  isOver(change: JobChangeEntry): boolean {
    const { event, data, run } = change;
    if (event === 'log' || run === undefined) return false;
    const before = this.#told.get(data.job_id);
    const told = before?.run === run ? before : { run, rank: queuedRank, hasEnded: false };
    const rank = rankOf(change) ?? told.rank;
    if ((before !== undefined && run < before.run) || told.hasEnded || rank < told.rank) return true;
    this.#remember(data.job_id, { run, rank, hasEnded: event === 'done' });
    return false;
  }

  /** What is read from now on does not follow on what was. */
  clear(): void {
    this.#told.clear();
  }

  #remember(jobId: string, told: Told): void {
    this.#told.delete(jobId);
    this.#told.set(jobId, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > liveLimits.toldJobsMax && oldest !== undefined) this.#told.delete(oldest);
  }
}

/** Grows with the phases of a job; undefined for what says nothing of them. */
function rankOf({ event, data }: JobChangeEntry): number | undefined {
  if (event === 'task' || event === 'log') return undefined;
  if ('status' in data && isFinished(data.status)) return phases.length;
  return data.phase === null ? queuedRank : phases.indexOf(data.phase);
}
