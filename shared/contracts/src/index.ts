/** Schemas, ids, states, limits and names that every part of GridMR agrees on. Imports zod only; safe in a browser. */
export * from './access.js';
export * from './commit-news.js';
export * from './counters.js';
export * from './data-path.js';
export * from './errors.js';
export * from './group-summary.js';
export * from './health.js';
export * from './ids.js';
export * from './job.js';
export * from './job-files.js';
export * from './job-spec.js';
export * from './limits.js';
export * from './messages.js';
export * from './problem.js';
export * from './routes.js';
export * from './states.js';
export * from './worker.js';
