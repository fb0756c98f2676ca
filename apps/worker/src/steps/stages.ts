/** The two stages of a plan, as flows: what hangs below which barrier. */
import type { Plan, TaskKind } from '@gridmr/contracts';
import { tasksPerMessage } from './bundle-tasks.js';
import type { TaskFlow } from './task-flow.js';

type Stage = Pick<TaskFlow, 'kind' | 'tasks' | 'barrier' | 'tasksPerMessage'>;

export function mapStage(plan: Plan): Stage {
  return {
    kind: 'map',
    tasks: plan.map_tasks,
    barrier: plan.reduce_tasks === 0 ? 'commit' : 'map-barrier',
    tasksPerMessage: tasksPerMessage(plan),
  };
}

export function reduceStage(plan: Plan): Stage {
  return { kind: 'reduce', tasks: plan.reduce_tasks, barrier: 'commit' };
}

export function stageOf(plan: Plan, kind: TaskKind): Stage {
  return kind === 'map' ? mapStage(plan) : reduceStage(plan);
}
