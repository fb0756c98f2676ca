/** Job records in PostgreSQL or SQLite. */
export * from './errors.js';
export * from './history.js';
export { openHistory } from './open-history.js';
