import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 10;

/** Returns as soon as the condition holds; throws, naming what was waited for, if it does not within the deadline. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await delay(lookEveryMs);
  }
}
