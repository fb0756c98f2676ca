/** A typed client of GridMR's HTTP API, for command lines, launchers, dashboards and tests. */

export * from './access-calls.js';
export * from './api-error.js';
export * from './call-options.js';
export * from './connection-error.js';
export * from './file-calls.js';
export * from './gridmr-client.js';
export * from './read-lines.js';
