/** A typed client of GridMR's HTTP API, for command lines, launchers, dashboards and tests. */

export * from './api-error.js';
export * from './connection-error.js';
export * from './gridmr-client.js';
export * from './read-lines.js';
