/** The API, for processes that build it themselves: tests, tools. The program is `main.js`. */
export { type AccessOptions, createAccessControl } from './access/access-control.js';
export { BenchmarkRunner } from './benchmark/benchmark-runner.js';
export { createApp } from './create-app.js';
export type { ApiDependencies, JobCeilings, KeptJobs, ProgramCheck } from './dependencies.js';
export { type ApiDocument, describeApi } from './describe-api.js';
export { followEvents } from './follow-events.js';
export { JobQueue } from './job-queue.js';
export { LiveEvents } from './live/live-events.js';
export { ServiceMetrics } from './metrics/service-metrics.js';
export { SystemFigures } from './metrics/system-figures.js';
export { systemNow } from './metrics/system-now.js';
export { queueBoard } from './queue-board.js';
export { newJobCheck } from './recent-check.js';
export { type ApiAddress, startApi } from './start-api.js';
export { Sweep } from './sweep/sweep.js';
