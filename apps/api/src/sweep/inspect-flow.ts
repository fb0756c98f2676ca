/**
 * Whether the queue still has what a job needs to go on.
 *
 * A healthy job that has not ended has, at any moment, a message that is waiting, delayed or in a worker's hand: its plan, a
 * barrier or the final step; or a barrier that waits for tasks, of which at least one is so. Each step adds what comes next before it
 * completes. So the messages are looked at in the order in which a job passes them: a step that has completed when it is looked
 * at has added the next one.
 *
 * ```
 * mend, plan → map-barrier → commit      the first that goes on, or waits for one that does: the job is alive
 * ```
 *
 * A flow that is still being added has a hold child; if nobody is adding it any more, it waits for ever.
 * Cost: a handful of commands for most jobs; children are looked at only until one goes on.
 */
import { messageIds, queueNames, sweepLimits, type TaskKind } from '@gridmr/contracts';
import type { Queues } from '@gridmr/runtime';

/** `alive`: it goes on by itself. `stuck`: it does not, though messages of it are there. `vanished`: none is. */
export type FlowState = 'alive' | 'stuck' | 'vanished';

type InspectedQueues = Pick<Queues, 'control' | 'tasks' | 'hold'>;

const goingOn: readonly string[] = ['active', 'waiting', 'prioritized', 'delayed'];

export async function inspectFlow(queues: InspectedQueues, jobId: string): Promise<FlowState> {
  let found = false;
  const stateOf = async (id: string) => {
    const state = await queues.control.getJobState(id);
    if (state !== 'unknown') found = true;
    return state;
  };
  for (const id of [messageIds.mend(jobId), messageIds.plan(jobId)]) {
    if (goingOn.includes(await stateOf(id))) return 'alive';
  }
  const barriers: [id: string, kind: TaskKind][] = [
    [messageIds.mapBarrier(jobId), 'map'],
    [messageIds.commit(jobId), 'reduce'],
  ];
  for (const [id, kind] of barriers) {
    const state = await stateOf(id);
    if (goingOn.includes(state)) return 'alive';
    if (state !== 'waiting-children') continue;
    if (await isHeld(queues, jobId, kind)) return 'stuck';
    if (await someChildGoesOn(queues, id)) return 'alive';
  }
  return found ? 'stuck' : 'vanished';
}

/** The parent of map tasks is the commit step, if there is nothing to reduce. */
async function isHeld({ hold }: InspectedQueues, jobId: string, kind: TaskKind): Promise<boolean> {
  const kinds: TaskKind[] = kind === 'reduce' ? ['map', 'reduce'] : [kind];
  const states = await Promise.all(kinds.map(each => hold.getJobState(messageIds.hold(jobId, each))));
  return states.some(state => state !== 'unknown');
}

/** Of a barrier or a group. A group that waits goes on if one of its own children does. */
async function someChildGoesOn(queues: InspectedQueues, parentId: string): Promise<boolean> {
  const parent = await queues.control.getJob(parentId);
  const query = { unprocessed: { count: sweepLimits.childrenLookedAtMax, cursor: 0 } };
  const { unprocessed = [] } = (await parent?.getDependencies(query)) ?? {};
  for (const key of unprocessed) {
    const [queueName, id = ''] = key.split(':').slice(-2);
    const queue = queueName === queueNames.tasks ? queues.tasks : queues.control;
    const state = await queue.getJobState(id);
    if (goingOn.includes(state)) return true;
    if (state === 'waiting-children' && (await someChildGoesOn(queues, id))) return true;
  }
  return false;
}
