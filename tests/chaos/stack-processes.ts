/** Finding the processes of a stack by what they run, and doing to them what fate does. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childProcesses } from '@gridmr/testkit';

const run = promisify(execFile);

/** Of a process, in its command line. */
export const processMarks = {
  api: 'dist/api.js',
  worker: 'dist/worker.js',
  queueServer: 'redis-server',
  embeddedQueueServer: 'embedded-queue-main',
} as const;
export type ProcessMark = (typeof processMarks)[keyof typeof processMarks];

/** The processes below `above` whose command line holds the mark, oldest first; those that guard a queue server are not it. */
export async function processesOf(mark: ProcessMark, above: number): Promise<number[]> {
  const pids = await childProcesses(above);
  if (pids.length === 0) return [];
  const { stdout } = await run('ps', ['-o', 'pid=,args=', '-p', pids.join()]);
  return stdout
    .split('\n')
    .filter(line => line.includes(mark) && !line.includes('gridmr-queue'))
    .map(line => Number(line.trim().split(/\s+/)[0]));
}

/** The one process below `above` whose command line holds the mark. */
export async function processOf(mark: ProcessMark, above: number): Promise<number> {
  const [pid] = await processesOf(mark, above);
  if (pid === undefined) throw new Error(`there is no process of ${mark}`);
  return pid;
}

/** A process that is gone already gets nothing. */
export function signalIfThere(pid: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
