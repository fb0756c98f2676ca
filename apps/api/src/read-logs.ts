/**
 * A page of what a job's functions have logged: of committed attempts, and of failed ones; attempts that were lost, superseded or stopped
 * do not count. In order of runs, map before reduce, tasks, attempts, lines.
 *
 * The files stand on the shared directory, one an attempt; which of them count the history knows. A few names and one file are held at a time.
 */
import {
  type Attempt,
  attemptLogSchema,
  inPieces,
  jobFiles,
  jobLogDirectory,
  type LogLine,
  type LogQuery,
  type Page,
  parseLogName,
  parseRunId,
  parseTaskId,
  requestLimits,
  runId,
  storageLimits,
  type TaskKind,
  taskId,
  taskIdSchema,
} from '@gridmr/contracts';
import { BadCursorError } from '@gridmr/history';
import { z } from 'zod';
import { noSuchJob } from './cancel-job.js';
import type { ApiDependencies } from './dependencies.js';

type LogDependencies = Pick<ApiDependencies, 'history' | 'store'>;

/** The last line of a page. */
const cursorSchema = z.strictObject({
  run: z.number().int().positive(),
  task_id: taskIdSchema,
  attempt: z.number().int().positive(),
  line: z.number().int().positive(),
});
type LogCursor = z.infer<typeof cursorSchema>;

/** Where an attempt's log stands. */
interface LogFile {
  readonly run: number;
  readonly kind: TaskKind;
  readonly index: number;
  readonly attempt: number;
  readonly path: string;
}

export async function readLogs(dependencies: LogDependencies, jobId: string, query: LogQuery): Promise<Page<LogLine>> {
  const current = await dependencies.history.currentRun(jobId);
  if (current === undefined) throw noSuchJob(jobId);
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const items: LogLine[] = [];
  for await (const { file, state } of countedFiles(dependencies, current, query.task_id, after)) {
    for (const line of await linesOf(dependencies, jobId, file, state)) {
      if (after !== undefined && isAt(after, line) && line.line <= after.line) continue;
      if (items.length === query.limit) return { items, next_cursor: encodeCursor(items.at(-1)) };
      items.push(line);
    }
  }
  return { items, next_cursor: null };
}

/** The logs of attempts that count, from the cursor's on. */
async function* countedFiles(
  { history, store }: LogDependencies,
  current: string,
  only: string | undefined,
  after: LogCursor | undefined,
): AsyncGenerator<{ file: LogFile; state: LogLine['attempt_state'] }> {
  const { jobId } = parseRunId(current);
  for await (const files of filesInOrder(store, current, only, after)) {
    const ids = [...new Set(files.map(({ kind, index }) => taskId(jobId, kind, index)))];
    const tasks = await history.findTasks(jobId, ids);
    const attempts = new Map(
      tasks.flatMap(task => task.attempts.map(each => [attemptKey(task.task_id, each), each.state])),
    );
    for (const file of files) {
      const state = attempts.get(attemptKey(taskId(jobId, file.kind, file.index), file));
      if (state === 'committed' || state === 'failed') yield { file, state };
    }
  }
}

function attemptKey(id: string, { run = 1, attempt }: Pick<Attempt, 'run' | 'attempt'>): string {
  return `${id} ${run} ${attempt}`;
}

async function* filesInOrder(
  store: ApiDependencies['store'],
  current: string,
  only: string | undefined,
  after: LogCursor | undefined,
): AsyncGenerator<LogFile[]> {
  const { jobId, run: runs } = parseRunId(current);
  for (let run = after?.run ?? 1; run <= runs; run++) {
    for (const kind of ['map', 'reduce'] as const) {
      for (const group of await groupsOf(store, runId(jobId, run), kind)) {
        const directory = jobLogDirectory(runId(jobId, run), kind, group);
        const files = (await store.names(directory))
          .flatMap(name => {
            const parsed = parseLogName(name);
            return parsed === undefined ? [] : [{ run, kind, ...parsed, path: `${directory}/${name}` }];
          })
          .filter(file => isWanted(jobId, file, only, after))
          .sort((a, b) => a.index - b.index || a.attempt - b.attempt);
        yield* inPieces(files, requestLimits.logFilesAtOnce);
      }
    }
  }
}

async function groupsOf(store: ApiDependencies['store'], run: string, kind: TaskKind): Promise<number[]> {
  const names = await store.names(`${jobFiles.logs(run)}/${kind}`);
  return names
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

function isWanted(jobId: string, file: LogFile, only: string | undefined, after: LogCursor | undefined): boolean {
  if (only !== undefined && taskId(jobId, file.kind, file.index) !== only) return false;
  return after === undefined || compare(file, after) >= 0;
}

function compare(file: LogFile, { run, task_id, attempt }: LogCursor): number {
  const { kind, index } = parseTaskId(task_id);
  const kinds = (file.kind === 'map' ? 0 : 1) - (kind === 'map' ? 0 : 1);
  return file.run - run || kinds || file.index - index || file.attempt - attempt;
}

function isAt(after: LogCursor, line: Pick<LogLine, 'run' | 'task_id' | 'attempt'>): boolean {
  return after.run === line.run && after.task_id === line.task_id && after.attempt === line.attempt;
}

/** The lines that are kept of an attempt, and one more that says how many are not. */
async function linesOf(
  { store }: LogDependencies,
  jobId: string,
  file: LogFile,
  attempt_state: LogLine['attempt_state'],
): Promise<LogLine[]> {
  const { run, kind, index, attempt, path } = file;
  const bytes = await store.read(path, storageLimits.jobFileBytesMax);
  const { lines, dropped } = attemptLogSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  const told = { job_id: jobId, task_id: taskId(jobId, kind, index), run, attempt, attempt_state };
  const kept = lines.map((text, i) => ({ ...told, line: i + 1, text }));
  if (dropped === 0) return kept;
  const text = `(${dropped} more ${dropped === 1 ? 'line was' : 'lines were'} not kept)`;
  return [...kept, { ...told, line: lines.length + 1, text, dropped }];
}

function encodeCursor(last: LogLine | undefined): string | null {
  if (last === undefined) return null;
  const { run, task_id, attempt, line } = last;
  return Buffer.from(JSON.stringify({ run, task_id, attempt, line })).toString('base64url');
}

function decodeCursor(cursor: string): LogCursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new BadCursorError({ cause });
  }
}
