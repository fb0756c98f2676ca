/**
 * Every bound of GridMR that is not a setting, in one place, each named with its unit.
 * Settings (environment) are in `@gridmr/runtime`; what a job may ask for is in `job-spec.ts`.
 */

const kib = 1024;
const mib = 1024 * kib;
const secondMs = 1000;

/** What one request to the API may be. */
export const requestLimits = {
  bodyBytesMax: 1 * mib,
  nameLengthMax: 128,
  clientIdLengthMax: 128,
  idempotencyKeyLengthMax: 255,
  pathLengthMax: 1024,
  inputPatternsMax: 1000,
  pageItemsDefault: 50,
  pageItemsMax: 1000,
  cursorLengthMax: 512,
  /** Validation messages listed in one problem document. */
  validationErrorsMax: 20,
} as const;

/** What one job may be. */
export const jobLimits = {
  reducersMax: 10_000,
  splitSizeMbDefault: 32,
  splitSizeMbMin: 0.000_001,
  splitSizeMbMax: 1024,
  inputFilesMax: 100_000,
  mapTasksMax: 1_000_000,
} as const;

/** The data plane (`@gridmr/engine`). */
export const dataPlaneLimits = {
  /** Bytes of records that cross the sandbox border at once. */
  blockBytes: 1 * mib,
  /** One record, without its end of line. */
  recordBytesMax: 16 * mib,
  keyBytesMax: 1 * mib,
  valueBytesMax: 16 * mib,
  /** Keys, values and bookkeeping that one map attempt holds before it spills a run. */
  sortBufferBytes: 64 * mib,
  mergeFanInMax: 64,
  /** Read buffer of one merge source. */
  mergeReadBytes: 64 * kib,
  /** JSON text of groups handed to the guest at once. */
  groupBatchBytes: 256 * kib,
  segmentFrameBytes: 256 * kib,
  writeBufferBytes: 256 * kib,
  /** Splits per plan chunk file, and tasks per group of a flow. */
  tasksPerGroup: 1000,
} as const;

/** The jail (`@gridmr/sandbox`). */
export const sandboxLimits = {
  /** Above this, native recursion of the engine's parser overflows the host's stack before the guest's own check. */
  stackBytesMax: 128 * kib,
  /** The engine needs about this much before any user code runs. */
  memoryMbMin: 16,
  /** Pairs the guest may hold before it must hand them over. */
  pairsPerBlockMax: 65_536,
  /** UTF-16 units of keys and values the guest may hold before it must hand them over. */
  pairTextLengthMax: 4 * mib,
  countersMax: 100,
  counterNameLengthMax: 64,
  logLinesMax: 1000,
  logLineLengthMax: 1000,
  errorMessageLengthMax: 1000,
  errorRecordLengthMax: 200,
  keyDepthMax: 16,
  /** Time to read a guest's error once its own deadline is over. */
  errorReadMs: 300,
  /** Added to a deadline before the thread that does not answer is terminated from outside. */
  terminateGraceMs: 2 * secondMs,
  /** Compiling a submitted program, without running it. */
  compileMs: 2 * secondMs,
} as const;

/** Messages, locks and retries (BullMQ over Redis). */
export const queueLimits = {
  lockMs: 30 * secondMs,
  stalledCheckMs: 5 * secondMs,
  /** BullMQ's own counter of lost attempts; beyond it the queue gives the task up. */
  stalledMax: 10,
  controlAttemptsMax: 10,
  retryBackoffMs: 1 * secondMs,
  reconnectDelayMaxMs: 1 * secondMs,
  /** How long the API tries one Redis command before it answers 503. */
  commandTimeoutMs: 2 * secondMs,
  /** Children that one barrier has; above it, a tree of groups. */
  childrenPerBarrierMax: 1000,
  removalsPerPipeline: 500,
  completedKeptSeconds: 86_400,
  failedKeptSeconds: 7 * 86_400,
  eventStreamEntriesMax: 200_000,
  eventsPerReadMax: 200,
  controlConcurrency: 4,
} as const;

/** Starting and stopping processes. */
export const processLimits = {
  /** SIGTERM to exit: running attempts finish or are handed back within this. */
  stopMs: 10 * secondMs,
  /** Of `stopMs`: how long attempts may go on before they are handed back. */
  finishAttemptsMs: 6 * secondMs,
  readyMs: 30 * secondMs,
  embeddedQueueMemoryMb: 512,
  restartDelayMs: 500,
  restartDelayMaxMs: 30 * secondMs,
  cachedJobsMax: 32,
} as const;
