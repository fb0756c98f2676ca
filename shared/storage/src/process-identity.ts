/** Telling whether a process that was written down earlier still runs, though its number may have been given to another. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Fields 3 and 22 of /proc/<pid>/stat, counted after the name, which may hold blanks and brackets itself. */
const stateField = 0;
const startTimeField = 19;
const endedStates: readonly string[] = ['Z', 'X'];

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, where the system tells (Linux), else empty. */
  readonly started: string;
}

export function processIdentity(pid: number): ProcessIdentity {
  return { host: hostname(), pid, started: startOf(pid) };
}

/** False once the process is gone. A process of another host counts as running: from here nobody can tell. */
export function isRunning(process: ProcessIdentity): boolean {
  if (process.host !== hostname()) return true;
  return pidExists(process.pid) && startOf(process.pid) === process.started;
}

/** Whether a process has this number now. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Empty where the system does not tell, `ended` for a process that only waits for its parent to take notice. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return endedStates.includes(fields[stateField] ?? '') ? 'ended' : (fields[startTimeField] ?? '');
  } catch {
    return '';
  }
}
