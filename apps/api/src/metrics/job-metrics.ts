/** How a job fares in figures: its phases, how long its tasks took, how evenly its partitions are filled. */
import { setImmediate as turn } from 'node:timers/promises';
import {
  type Job,
  type JobMetrics,
  jobPhaseSchema,
  type PartitionFigures,
  systemLimits,
  type TaskKind,
} from '@gridmr/contracts';
import type { CommittedAttempt, History, PhaseTimes } from '@gridmr/history';
import { durationsOf, spreadOf } from './spread.js';

const secondMs = 1000;

/** What is gathered of committed attempts. */
interface Gathered {
  readonly seconds: Record<TaskKind, number[]>;
  readonly partitions: PartitionFigures[];
  inputBytes: number;
  inputRecords: number;
  outputBytes: number;
}

export async function jobMetrics(history: History, job: Job): Promise<JobMetrics> {
  const gathered = await gather(history, job);
  const times = await history.phaseTimes(job.job_id);
  const end = job.finished_at ?? new Date().toISOString();
  const { seconds } = gathered;
  return {
    job_id: job.job_id,
    status: job.status,
    seconds: secondsBetween(job.created_at, end),
    phases: phasesOf(job, times, end),
    counters: job.counters,
    throughput: job.started_at === null ? null : throughputOf(job, gathered, secondsBetween(job.started_at, end)),
    tasks: { map: durationsOf(seconds.map), reduce: durationsOf(seconds.reduce) },
    partitions: partitionsOf(gathered.partitions),
  };
}

async function gather(history: History, job: Job): Promise<Gathered> {
  const gathered: Gathered = {
    seconds: { map: [], reduce: [] },
    partitions: [],
    inputBytes: 0,
    inputRecords: 0,
    outputBytes: 0,
  };
  const limit = systemLimits.attemptsPerReadMax;
  const lastKind: TaskKind = job.spec.num_reducers === 0 ? 'map' : 'reduce';
  let after: CommittedAttempt | undefined;
  for (;;) {
    const attempts = await history.committedAttempts(job.job_id, { limit, after });
    for (const attempt of attempts) add(gathered, attempt, lastKind);
    if (attempts.length === 0) return gathered;
    after = attempts.at(-1);
    // A page of an embedded database is read without a pause for others.
    await turn();
  }
}

function add(
  gathered: Gathered,
  { kind, index, startedAt, finishedAt, figures }: CommittedAttempt,
  lastKind: TaskKind,
) {
  gathered.seconds[kind].push(secondsBetween(startedAt, finishedAt));
  if (figures === null) return;
  if (kind === 'map') {
    gathered.inputBytes += figures.input_bytes;
    gathered.inputRecords += figures.input_records;
  } else gathered.partitions.push({ partition: index, ...figures });
  if (kind === lastKind) gathered.outputBytes += figures.output_bytes;
}

function phasesOf(job: Job, times: PhaseTimes, end: string): JobMetrics['phases'] {
  const known = { plan: job.created_at, ...times };
  const begun = jobPhaseSchema.options.flatMap(phase => {
    const started_at = known[phase];
    return started_at === undefined ? [] : [{ phase, started_at }];
  });
  return begun.map(({ phase, started_at }, i) => ({
    phase,
    started_at,
    seconds: secondsBetween(started_at, begun[i + 1]?.started_at ?? end),
  }));
}

/** The verdict's counters are complete, even if news of some attempts was lost. */
function throughputOf(job: Job, gathered: Gathered, seconds: number): JobMetrics['throughput'] {
  const whole = job.status === 'completed';
  const per = (amount: number) => Math.round(amount / Math.max(seconds, 0.001));
  return {
    input_bytes_per_second: per(whole ? job.counters.map_input_bytes : gathered.inputBytes),
    input_records_per_second: per(whole ? job.counters.map_input_records : gathered.inputRecords),
    output_bytes_per_second: per(whole ? (job.output?.bytes ?? 0) : gathered.outputBytes),
  };
}

function partitionsOf(partitions: readonly PartitionFigures[]): JobMetrics['partitions'] {
  const records = spreadOf(partitions.map(each => each.input_records));
  const bytes = spreadOf(partitions.map(each => each.input_bytes));
  if (records === undefined || bytes === undefined) return null;
  const heaviest = [...partitions].sort((a, b) => b.input_bytes - a.input_bytes);
  const listed = heaviest.slice(0, systemLimits.partitionsListedMax).sort((a, b) => a.partition - b.partition);
  const skewOf = ({ mean, max }: typeof records) => (mean === 0 ? 1 : Math.round((max / mean) * 1000) / 1000);
  return {
    known: partitions.length,
    input_records: { ...records, skew: skewOf(records) },
    input_bytes: { ...bytes, skew: skewOf(bytes) },
    listed,
  };
}

function secondsBetween(start: string, end: string): number {
  return Math.max(0, Date.parse(end) - Date.parse(start)) / secondMs;
}
