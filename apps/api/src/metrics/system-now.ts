/** What metrics say of the whole system at the moment that somebody looks. */
import type { Health, SystemMetrics, Worker } from '@gridmr/contracts';
import { checkHealth } from '../check-health.js';
import type { ApiDependencies } from '../dependencies.js';

export interface SystemNow {
  readonly figures: SystemMetrics;
  /** Null where Redis does not answer. */
  readonly workers: readonly Worker[] | null;
  readonly dependencies: NonNullable<Health['dependencies']>;
}

/** Throws what the records say if they cannot be read. */
export async function systemNow(dependencies: ApiDependencies): Promise<SystemNow> {
  const { system, queue } = dependencies;
  const [figures, workers, health] = await Promise.all([
    system.current(),
    queue.workers().catch(() => null),
    checkHealth(dependencies),
  ]);
  return { figures, workers, dependencies: health.dependencies };
}
