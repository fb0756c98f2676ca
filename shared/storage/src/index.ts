/** The shared directory: blob stores, and the files of a job in them. */
export * from './blob-store.js';
export * from './compression.js';
export * from './decompress.js';
export { freeSpace, type Space } from './free-space.js';
export { openFsStore } from './fs-store.js';
export * from './input-errors.js';
export { expandInputs, firstInputs, inputExists } from './input-files.js';
export * from './input-pieces.js';
export { JobStore } from './job-store.js';
export { LocalDirectory } from './local-directory.js';
export { openStore } from './open-store.js';
export { outputClaimPath, outputDirectoryIsFree } from './output-directory.js';
export { planDirectory } from './plan-chunks.js';
export { isRunning, type ProcessIdentity, processIdentity } from './process-identity.js';
export { removeUncommitted } from './run-files.js';
export { isObjectAddress } from './s3/object-address.js';
export * from './storage-error.js';
export { Withdrawals } from './withdrawals.js';
