/**
 * What a job's functions log, from the first line to the end of the job: what is kept already, then what the stream of events tells as attempts commit, and in the
 * end what it did not tell, which is failed attempts and the rest of long logs. Each line once.
 */
import type { GridmrClient } from '@gridmr/client';
import type { JobStreamEvent, LogEvent, LogLine } from '@gridmr/contracts';

interface FollowLogsOptions {
  readonly task: string | undefined;
  readonly signal: AbortSignal;
}

export async function* followLogs(
  client: GridmrClient,
  jobId: string,
  { task, signal }: FollowLogsOptions,
): AsyncGenerator<LogLine, void, undefined> {
  const { run = 1 } = await client.job(jobId, { signal });
  const isNew = untold();
  for await (const event of client.events(jobId, { signal })) {
    for await (const line of linesAt(event)) if (isNew(line)) yield line;
  }

  function linesAt({ event, data }: JobStreamEvent): Iterable<LogLine> | AsyncIterable<LogLine> {
    if (event === 'log') return task === undefined || data.task_id === task ? linesOf(data, run) : [];
    const isMore = event === 'done' || (event === 'status' && data.snapshot === true);
    return isMore ? client.allLogs(jobId, { task_id: task }, { signal }) : [];
  }
}

/** Whether a line is told for the first time. Lines of an attempt come in order. */
function untold(): (line: LogLine) => boolean {
  const told = new Map<string, number>();
  return ({ run, task_id, attempt, line }) => {
    const key = `${run} ${task_id} ${attempt}`;
    if (line <= (told.get(key) ?? 0)) return false;
    told.set(key, line);
    return true;
  };
}

function linesOf({ job_id, task_id, attempt, lines }: LogEvent, run: number): LogLine[] {
  return lines.map((text, i) => ({
    job_id,
    task_id,
    run,
    attempt,
    attempt_state: 'committed',
    line: i + 1,
    text,
  }));
}
