/** What tests share: one seed, the naive oracle, programs and inputs, waiting, directories, ports and processes. */

export { Random } from '@gridmr/samples';
export * from './file-faults/fault-plan.js';
export * from './file-faults/inject-file-faults.js';
export * from './free-port.js';
export * from './held-bytes.js';
export * from './hostile/catalogue.js';
export * from './hostile-inputs.js';
export * from './hostile-records.js';
export * from './input-text.js';
export * from './object-store/object-store-server.js';
export * from './oracle/compare-keys.js';
export * from './oracle/format-pair.js';
export * from './oracle/naive-oracle.js';
export * from './oracle/normalise-key.js';
export * from './oracle/read-records.js';
export * from './private-postgres.js';
export * from './processes.js';
export * from './programs/catalogue.js';
export * from './programs/job-request.js';
export * from './seed.js';
export * from './slowed-process.js';
export * from './stall-meter.js';
export * from './stalled-machine.js';
export * from './temporary-directory.js';
export * from './wait-until.js';
