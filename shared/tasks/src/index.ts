/** The work of one job without a queue: planning it, making attempts in task threads, gathering what is committed, placing the output. */
export * from './attempt-request.js';
export * from './attempt-task.js';
export * from './bundle-claims.js';
export * from './check-skipped.js';
export { concurrently } from './concurrently.js';
export * from './describe-failure.js';
export * from './held-lock.js';
export * from './make-plan.js';
export * from './place-output.js';
export type { PreviewJob } from './preview/preview-job.js';
export { PreviewRunner } from './preview/preview-runner.js';
export * from './summarise-group.js';
export * from './task-slots.js';
export * from './withdraw-commit.js';
