/** What each fault does. None of them waits until the stack has recovered; what is to be undone later is left in `Afterwards`. */
import { eventStream, queueNames, type TaskData } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { processesOf, processMarks, signalIfThere } from '../stack-processes.js';
import type { FaultKind } from './chaos-schedule.js';
import type { ChaosStack } from './chaos-stack.js';

/** Ends of faults that last, to be awaited before a schedule is over. */
export type Afterwards = Promise<void>[];

type DoFault = (stack: ChaosStack, pick: number, afterwards: Afterwards) => Promise<unknown>;

const pastLockMs = 3_500;
const momentMs = 700;
const queueStopMs = 2_500;
/** Of messages: all that one call lists, and the share of them that a fault hits. */
const messagesMax = 100;
const messagesHit = 0.3;
/** Attempts that a repeated message allows for: as many as any task has had, so that no two have the same number. */
const repeatedAfter = 100;

export const doFault: Readonly<Record<FaultKind, DoFault>> = {
  'kill a worker': async (stack, pick) => {
    signalIfThere(await pickWorker(stack, pick), 'SIGKILL');
  },
  'kill all workers': async stack => {
    for (const pid of await stack.workers()) signalIfThere(pid, 'SIGKILL');
  },
  'stop a worker past its lock': async (stack, pick, afterwards) => {
    afterwards.push(stopFor(await pickWorker(stack, pick), pastLockMs));
  },
  'stop a worker for a moment': async (stack, pick, afterwards) => {
    afterwards.push(stopFor(await pickWorker(stack, pick), momentMs));
  },
  'kill the API': async stack => {
    for (const pid of await stack.api()) signalIfThere(pid, 'SIGKILL');
  },
  'kill every process': stack => stack.killEverything(),
  'wipe the queue': stack => stack.redis.flushall(),
  'kill the queue server': async () => {
    signalIfThere(await queueServer(), 'SIGKILL');
  },
  'stop the queue server': async (_stack, _pick, afterwards) => {
    afterwards.push(stopFor(await queueServer(), queueStopMs));
  },
  'cut all connections to the queue': async ({ redis }) => {
    for (const type of ['normal', 'pubsub']) await redis.call('CLIENT', 'KILL', 'TYPE', type);
  },
  'lose messages of tasks': async ({ queues, redis }, pick) => {
    const waiting = await redis.zrange(queues.tasks.toKey('prioritized'), '0', String(messagesMax));
    for (const id of some(waiting, pick)) {
      await redis.zrem(queues.tasks.toKey('prioritized'), id);
      await redis.del(queues.tasks.toKey(id));
    }
  },
  'repeat messages of tasks': async ({ queues }, pick) => {
    const messages = await queues.tasks.getJobs(['prioritized', 'active', 'completed'], 0, messagesMax);
    for (const message of some(messages, pick)) {
      const { attempts_before = 0, ...task }: TaskData = message.data;
      await queues.tasks.add(queueNames.tasks, { ...task, attempts_before: attempts_before + repeatedAfter });
    }
  },
  'lose the locks of running tasks': async ({ queues, redis }) => {
    const active = await redis.lrange(queues.tasks.toKey('active'), 0, messagesMax);
    for (const id of active) await redis.del(`${queues.tasks.toKey(id)}:lock`);
  },
  'lose the news': ({ redis }) => redis.del(eventStream),
};

/** One that was hit is on its way back. */
function queueServer(): Promise<number> {
  return waitUntil('the queue server', async () => (await processesOf(processMarks.queueServer, process.pid))[0]);
}

async function pickWorker(stack: ChaosStack, pick: number): Promise<number> {
  const pids = await stack.workers();
  // All of them may be dead, and their successors not there yet: a process that cannot be is hit instead.
  return pids[Math.floor(pick * pids.length)] ?? noProcess;
}

/** Above every process id that Linux gives. */
const noProcess = 2 ** 22 + 1;

async function stopFor(pid: number, ms: number): Promise<void> {
  signalIfThere(pid, 'SIGSTOP');
  await new Promise(resolve => setTimeout(resolve, ms));
  signalIfThere(pid, 'SIGCONT');
}

function some<Item>(items: readonly Item[], pick: number): Item[] {
  const first = Math.floor(pick * items.length);
  return items.slice(first, first + Math.ceil(items.length * messagesHit));
}
