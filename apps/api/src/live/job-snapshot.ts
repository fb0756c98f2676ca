/** How a job stands, as the events that tell it to who knows nothing: its status, then its tasks, then its end if it has ended. */
import { isFinished, liveLimits, type TaskEvent } from '@gridmr/contracts';
import type { History, TaskMove } from '@gridmr/history';
import type { Snapshot } from './listener.js';
import { doneId, eventText } from './server-sent-event.js';

/**
 * A job that is not there any more has ended.
 *
 * @param id the entry that was read last before the records are looked at: what comes after it may be said twice, and is not lost
 */
export async function jobSnapshot(history: History, jobId: string, id: string | undefined): Promise<Snapshot> {
  const status = await history.findStatus(jobId);
  if (status === undefined) return { pieces: [], id, isDone: true };
  const isDone = isFinished(status.status);
  const texts = [eventText('status', { ...status, snapshot: true })];
  // All tasks of a completed job are completed.
  if (status.status !== 'completed') texts.push(...(await taskTexts(history, jobId)));
  if (isDone) texts.push(eventText('done', status, id && doneId(id)));
  // Who is cut off on the way has not got the snapshot: only its end has an id.
  else if (id !== undefined) texts.push(eventText('progress', progressOf(status), id));
  return { pieces: texts.map(text => Buffer.from(text)), id, isDone };
}

function progressOf({ job_id, phase, progress, tasks }: NonNullable<Awaited<ReturnType<History['findStatus']>>>) {
  return { job_id, phase, progress, tasks };
}

async function taskTexts(history: History, jobId: string): Promise<string[]> {
  const texts: string[] = [];
  const limit = liveLimits.tasksPerEventMax;
  let after: TaskMove | undefined;
  for (;;) {
    const moves = await history.taskStates(jobId, { limit, after });
    const event = taskEventOf(jobId, moves);
    if (event !== undefined) texts.push(eventText('task', event));
    if (moves.length < limit) return texts;
    after = moves.at(-1);
  }
}

/** Undefined if all of them are pending, which goes without saying. */
function taskEventOf(jobId: string, moves: readonly TaskMove[]): TaskEvent | undefined {
  const told = moves.filter(({ state }) => state !== 'pending');
  if (told.length === 0) return undefined;
  const event: TaskEvent = { job_id: jobId, map: {}, reduce: {} };
  for (const { kind, index, state } of told) {
    const indices = event[kind][state];
    if (indices === undefined) event[kind][state] = [index];
    else indices.push(index);
  }
  return event;
}
