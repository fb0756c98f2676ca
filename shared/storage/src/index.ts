/** The shared directory: blob stores, and the files of a job in them. */
export * from './blob-store.js';
export * from './storage-error.js';
