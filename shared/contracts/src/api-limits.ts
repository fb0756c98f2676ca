/** Bounds of what comes over HTTP and goes back, each with its unit in its name. The others are in `limits.ts`. */
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
  /** Characters of a field's name or of a message repeated in a problem document. */
  validationTextLengthMax: 300,
  requestIdLengthMax: 128,
  /** Log files looked at together. */
  logFilesAtOnce: 64,
  /** Arrays and objects inside each other in a request body. */
  jsonDepthMax: 100,
  /** Runs of one job: the first, and retries. */
  runsMax: 1000,
  /** A job's specification after a retry has changed it: a body that named its sources anew would be no longer. */
  specBytesMax: 1 * mib,
  /** From a request's head to the end of its JSON body. */
  bodyMs: 60 * secondMs,
} as const;

/** The API process (`apps/api`). */
export const apiLimits = {
  /** How long one dependency may take to answer a readiness check. */
  healthCheckMs: 2 * secondMs,
  retryAfterSeconds: 2,
  refusedBodyMs: 2 * secondMs,
  /** A Redis that is silent for longer is taken for away. */
  queueAnswerMs: 1200,
  /** New jobs that come within this share one look at Redis and the data directory; a job that is stored is promised whatever happens then. */
  recentCheckMs: 20,
  /** How long a request waits for a storage that refuses for now. */
  storagePatienceMs: 500,
  /** A manifest of one million parts is about this long. */
  manifestBytesMax: 160 * mib,
  /** A shared directory may show a verdict a little after the news of it. */
  verdictWaitMs: 5 * secondMs,
  verdictPollMs: 100,
} as const;

/** Live events: streams of what happens to jobs (`apps/api/src/live`). */
export const liveLimits = {
  /** News of a job gathers for so long before it is told on. */
  gatherMs: 200,
  /** Entries of the change stream in Redis, */
  changesKeptMax: 10_000,
  /** and of their text what an API process holds, for listeners that come back or are slow. */
  heldBytesMax: 16 * mib,
  changesPerReadMax: 500,
  /** Jobs of which an API process remembers how far they were told; others may be told late what is over. */
  toldJobsMax: 10_000,
  readBlockMs: 2 * secondMs,
  /** A listener that comes back to an API which has not read the stream of changes yet waits so long for it. */
  startWaitMs: 2 * secondMs,
  tasksPerEventMax: 5000,
  /** What waits for Redis: tasks and jobs that have changed. Beyond, listeners look at the records instead. */
  tasksWaitingMax: 200_000,
  jobsWaitingMax: 5000,
  /** Listeners of one API process. */
  listenersMax: 5000,
  /** A connection that takes nothing for so long is cut off. */
  stallMs: 30 * secondMs,
  /** Told at once to one that has fallen behind, before it is asked whether it takes more. */
  catchUpBytes: 256 * kib,
  heartbeatMs: 15 * secondMs,
  /** What a listener is asked to wait for before it comes back. */
  comeBackMs: 1 * secondMs,
  /** How often the records of jobs that are listened to are looked at, should the news of their end be lost. */
  endCheckMs: 5 * secondMs,
  logLinesPerEventMax: 20,
  logLineLengthMax: 300,
  /** Of one worker. */
  logEventsPerSecondMax: 20,
  /** How often the workers are looked at while somebody listens. */
  workersMs: 2 * secondMs,
  lastEventIdLengthMax: 64,
} as const;

/** The page of the OpenAPI document. */
export const docsLimits = {
  /** How long browsers keep what it is made of. */
  keptMs: 3600 * secondMs,
} as const;

/** Figures of the whole system, and what the API keeps of them. */
export const systemLimits = {
  sampleMs: 5 * secondMs,
  /** Samples of the last hour. */
  samplesMax: 720,
  /** Somebody who asks again so soon is told the same. */
  freshMs: 1 * secondMs,
  attemptsPerReadMax: 5000,
  /** Where the ranges of a histogram of durations end. */
  durationSeconds: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000],
  /** Partitions told one by one; of more only the heaviest. */
  partitionsListedMax: 1000,
} as const;

/** A merged download (`order=key`). */
export const resultLimits = {
  /** In one process, and of one client with a key: each may hold `windowsBytes`. */
  mergesAtOnceMax: 8,
  mergesPerClientMax: 4,
  /** Parts beyond this are opened again for every window that is read of them. */
  openPartsMax: 32,
  /** Of all parts' windows together; but a window is never smaller than `windowBytesMin`. */
  windowsBytes: 16 * mib,
  windowBytesMin: 4 * kib,
  windowBytesMax: 256 * kib,
  /** Parts whose first record is read at the same time. */
  firstReadsAtOnce: 16,
  /** Merged records sent on at once. */
  mergedPieceBytes: 64 * kib,
  /** A key as it is stored: the longest, with every character escaped and quoted. */
  storedKeyBytesMax: 16 * mib,
} as const;

/** The HTTP client (`@gridmr/client`). */
export const clientLimits = {
  /** One request to its whole answer; for streamed results to the first byte. */
  requestMs: 30 * secondMs,
  /** Between two chunks of streamed results. */
  resultsIdleMs: 60 * secondMs,
  /** Between two pieces of a stream of events: twice the pause between signs of life. */
  eventsIdleMs: 35 * secondMs,
  /** Connections in a row without an event, before a stream of events is given up. */
  eventsFailuresMax: 30,
  /** Between two looks at a job that is waited for. */
  pollMs: 200,
  /** Of an answer that is not JSON, kept in the error. */
  errorBodyLengthMax: 500,
} as const;
