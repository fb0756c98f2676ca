/** A worker, for those who start one inside their own process. */
export { createWorker, type RunningWorker } from './create-worker.js';
