/** Job records in PostgreSQL or SQLite; API keys, the audit log and clients' quotas beside them. */
export type { StoredBenchmark } from './benchmark-records.js';
export * from './errors.js';
export * from './history.js';
export { openHistory } from './open-history.js';
export type { Quota } from './usage-records.js';
