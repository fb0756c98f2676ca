/** What the sweep works with. */
import type { ApiDependencies } from '../dependencies.js';

export type SweepDependencies = Pick<
  ApiDependencies,
  'history' | 'jobStore' | 'store' | 'queue' | 'logger' | 'auditDays' | 'kept'
>;
