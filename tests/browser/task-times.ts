/**
 * How long the tasks of a page's main thread take, by the processor time of that thread: what a task has to wait for on a busy machine does not count, what it
 * works does. The browser's own trace tells it.
 */
import type { Browser, Page } from 'playwright-core';

const mainThread = 'CrRendererMain';
const taskName = /^(ThreadControllerImpl::)?RunTask$/;

/** Of Chromium's trace; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  /** Of the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: unknown };
}

export interface TaskTimes {
  readonly tasks: number;
  /** By the processor time of its thread. */
  readonly longestMs: number;
  /** By the clock, as a user would see it on this machine now. */
  readonly longestMsByClock: number;
  readonly overClock50Ms: number;
}

/** Of all pages that are open, while `work` goes on. */
export async function measureTasks(browser: Browser, page: Page, work: () => Promise<void>): Promise<TaskTimes> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  let trace: Buffer;
  try {
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace.toString());
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = (event: TraceEvent) => event.name === 'thread_name' && event.args?.name === mainThread;
  const mains = new Set(traceEvents.filter(isMain).map(threadOf));
  const tasks = traceEvents.filter(
    event => event.ph === 'X' && taskName.test(event.name) && mains.has(threadOf(event)),
  );
  const longest = (times: number[]) => Math.round(times.reduce((most, time) => Math.max(most, time), 0) / 1000);
  return {
    tasks: tasks.length,
    longestMs: longest(tasks.map(({ tdur = 0 }) => tdur)),
    longestMsByClock: longest(tasks.map(({ dur = 0 }) => dur)),
    overClock50Ms: tasks.filter(({ dur = 0 }) => dur > 50_000).length,
  };
}
