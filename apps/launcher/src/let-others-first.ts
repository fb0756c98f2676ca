/**
 * Makes a child that has just been started let others go first, as `nice` has it.
 *
 * Where Linux groups processes by session (`CONFIG_SCHED_AUTOGROUP`, on a machine without control groups for processors), nice numbers compare only inside a
 * session, and each of our children leads one of its own. Between sessions the numbers of their groups decide, which are in `/proc/PID/autogroup`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { processLimits } from '@gridmr/contracts';

/**
 * Must be called while the child has one thread: those that it makes have the priority of who makes them. Returns when its group lets others first, or where there
 * are no groups. Throws what the system says.
 * @param niceness beyond what this process has: 0 not at all, 19 most
 */
export async function letOthersFirst(pid: number, niceness: number): Promise<void> {
  setPriority(pid, atMost(getPriority() + niceness));
  const own = groupNiceness('self');
  if (own === undefined) return;
  for (let tries = 1; ; tries++) {
    try {
      writeFileSync(groupFile(pid), String(atMost(own + niceness)));
      return;
    } catch (error) {
      // Who is not root may set one group in a tenth of a second.
      const isTooSoon = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isTooSoon || tries === processLimits.groupNicenessTriesMax) throw error;
    }
    await delay(processLimits.groupNicenessPauseMs);
  }
}

/** Undefined where processes are not grouped. */
export function groupNiceness(pid: number | 'self'): number | undefined {
  try {
    const [, niceness] = /nice (-?\d+)/.exec(readFileSync(groupFile(pid), 'utf8')) ?? [];
    return niceness === undefined ? undefined : Number(niceness);
  } catch {
    return undefined;
  }
}

function groupFile(pid: number | 'self'): string {
  return `/proc/${pid}/autogroup`;
}

function atMost(niceness: number): number {
  return Math.min(niceness, constants.priority.PRIORITY_LOW);
}
