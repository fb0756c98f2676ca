/** Job records in PostgreSQL or SQLite. */
export * from './history.js';
