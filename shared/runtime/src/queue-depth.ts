/** How much waits in a queue, and for how long. */
import type { QueueDepth } from '@gridmr/contracts';
import type { Queue } from 'bullmq';

type CountedQueue = Pick<Queue, 'getJobCounts' | 'getJobs'>;

export async function queueDepth(queue: CountedQueue): Promise<QueueDepth> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'waiting-children');
  const next = await Promise.all(
    (['waiting', 'prioritized'] as const).map(async state => (await queue.getJobs(state, 0, 0, true))[0]),
  );
  const waits = next.filter(message => message !== undefined).map(message => Date.now() - message.timestamp);
  return {
    waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    blocked: counts['waiting-children'] ?? 0,
    oldest_wait_ms: waits.length === 0 ? null : Math.max(0, ...waits),
  };
}
