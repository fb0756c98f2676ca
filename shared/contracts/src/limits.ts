/**
 * Every bound of GridMR that is not a setting, in one place, each named with its unit.
 * Settings (environment) are in `@gridmr/runtime`; what a job may ask for is in `job-spec.ts`. Bounds of keys and of
 * files over HTTP are in `access-limits.ts`, of other requests and answers in `api-limits.ts`.
 */

const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;
const secondMs = 1000;

/** The sweep (`apps/api/src/sweep`): puts jobs back to work whose messages were lost or stand still. */
export const sweepLimits = {
  everyMs: 2 * secondMs,
  /** After a page it pauses so many times as long as that took, if this is longer, and at most so long. */
  restShare: 20,
  restMsMax: 4 * secondMs,
  /** Another API process takes over from one that did not say for so long that it sweeps. */
  leaseMs: 5 * secondMs,
  pageJobs: 200,
  jobsAtOnce: 16,
  /** Children of a barrier looked at in search of one that goes on. */
  childrenLookedAtMax: 1000,
  /** How long news of a running job may stand still before its commit records are compared with the history. */
  newsStandStillMs: 6 * secondMs,
  recordsReadAtOnce: 32,
  /** How often leftovers of ended jobs are looked for. */
  leftoversEveryMs: 300 * secondMs,
  /** Jobs that one pass deletes for their age or number, and deletions that it goes on with. */
  deletionsAtOnce: 20,
  /** Rows of a deleted job that one statement removes. */
  deletedRowsAtOnce: 5000,
  /** Of a deleted job's files, those that late attempts write are looked for once more after this. */
  deletedAgainMs: 60 * secondMs,
  uploadsLookedAtMax: 1000,
  /** How often the files of each client are counted again. */
  recountEveryMs: 3600 * secondMs,
} as const;

/** A page of dead letters. */
export const deadLetterLimits = {
  /** One line of a file: its texts, each character escaped. */
  lineBytesMax: 64 * kib,
} as const;

/** Speculative attempts (`apps/api/src/speculation`): when a task is so slow that it is begun a second time. */
export const speculationLimits = {
  everyMs: 500,
  /** Of a phase's tasks, so many are completed before another can be called slow. */
  completedPercentMin: 50,
  /** No attempt at work for less is slow: tiny tasks are never begun twice. */
  ageMsMin: 1 * secondMs,
  /** Nor is one that has not taken so many times the median of its completed siblings. */
  medianTimes: 1.5,
  /** Of a phase's tasks, so many may get a speculative attempt; but always one. */
  tasksPercentMax: 10,
  /** Completed siblings whose times are looked at: the first by number. */
  siblingsMax: 1000,
  /** Jobs near the end of a phase, and attempts at work, looked at in one go. */
  phasesMax: 100,
  attemptsAtWorkMax: 2000,
  /** How often a worker looks whether others have committed what it is at, should their announcement have been missed. */
  overtakenCheckMs: 1 * secondMs,
  /** A worker that has the straggler itself leaves its second attempt to others for so long. */
  leftToOthersMs: 200,
} as const;

/** What one job may be. */
export const jobLimits = {
  reducersMax: 10_000,
  splitSizeMbDefault: 32,
  splitSizeMbMin: 0.000_001,
  splitSizeMbMax: 1024,
  inputFilesMax: 100_000,
  mapTasksMax: 1_000_000,
  skippedRecordsDefault: 1000,
  skippedRecordsMax: 1_000_000,
} as const;

/** The data plane (`@gridmr/engine`). */
export const dataPlaneLimits = {
  /** What an attempt may have on disks at a time. Enough for one that sorts 10 GB by itself. */
  taskDiskMbDefault: 32 * 1024,
  /** Bytes of records that cross the sandbox border at once. */
  blockBytes: 1 * mib,
  /** One record, without its end of line. */
  recordBytesMax: 16 * mib,
  /** Read at once in search of the end of a line that goes on past its split. */
  lineEndReadBytes: 64 * kib,
  /** A last piece of a file below this share of a split joins the split before. */
  joinedRemainderPercent: 10,
  /** One record of the formats `whole_file` and `bytes`: a file, after decompression. */
  wholeFileBytesMax: 32 * mib,
  /** Read at once where bytes come as a stream: CSV and compressed files. */
  inputPieceBytes: 256 * kib,
  csvColumnsMax: 10_000,
  /** Ranges of a CSV file that planning reads side by side. */
  rangesScannedAtOnce: 8,
  /** Small files that one map task may have, and how much of the plan they may take: bytes of JSON. */
  filesPerSplitMax: 10_000,
  splitPlanBytesMax: 64 * kib,
  /** What one map attempt may make of compressed files, which bounds bombs; memory is bounded anyway. */
  decompressedBytesMax: 64 * gib,
  /** Bytes out per byte in, looked at once there are `ratioCheckedBytes` of them. Deflate reaches 1,032 at most, on a file of zeros. */
  decompressionRatioMax: 500,
  ratioCheckedBytes: 64 * mib,
  /** What a Zstandard frame may ask its reader to remember: `zstd` up to level 20 without `--long`. */
  zstdWindowBytesMax: 32 * mib,
  keyBytesMax: 1 * mib,
  valueBytesMax: 16 * mib,
  /** Keys, values and bookkeeping that one map attempt holds before it spills a run. */
  sortBufferBytes: 64 * mib,
  mergeFanInMax: 64,
  /** JSON text of keys, and of values, handed to the guest at once. */
  groupBatchBytes: 256 * kib,
  /** Groups, and values that are numbers, handed to the guest at once. */
  batchGroupsMax: 8192,
  batchNumbersMax: 32_768,
  segmentFrameBytes: 256 * kib,
  /** Values of one key in one hand-over from the guest: its text, escaped, and one value of the longest. */
  chunkBytesMax: 64 * mib,
  /** Read at once from a segment's end: its footer, and the index too if the partitions are few. */
  segmentTailBytes: 4 * kib,
  /** With a combiner, a map attempt that holds this much between two blocks combines it and spills a run. */
  combineSpillBytes: 32 * mib,
  /** Keys given to the combiner in one call, kept to check what it emits. */
  combineCallBytes: 4 * mib,
  writeBufferBytes: 256 * kib,
  /** Keys of one hand-over from the guest, encoded: the guest holds a MiB of them and one more, where `0,` in an array becomes 9 bytes. */
  keyColumnBytesMax: 48 * mib,
  /** Values of one hand-over from the guest, as JSON: the guest holds a MiB of them and one more, of which each unit may be escaped to six bytes. */
  valueColumnBytesMax: 112 * mib,
  /** Formatted output waiting to be written: `writeBufferBytes` and one line of the longest key and value, escaped and quoted. */
  formattedBytesMax: 40 * mib,
  /** Text of one gzip member of a part: what fits into a block of BGZF even if nothing of it can be compressed. */
  gzipBlockBytes: 65_280,
  /** Fastest: a level more costs twice the time and saves a tenth of the space. */
  gzipLevel: 1,
  /** Splits per plan chunk file, and tasks per group of a flow. */
  tasksPerGroup: 1000,
  /** A map task over no more than this is tiny: it is bundled with others, and its attempt gets buffers of this size. */
  smallSplitBytes: 4 * kib,
  /** A segment up to this stands in its commit record instead of in a file. */
  inlineSegmentBytesMax: 4 * kib,
  /** 1,000 outputs, each with an inline segment in base64. */
  groupSummaryBytesMax: 8 * mib,
  /** Summaries that a reduce attempt keeps at hand, for the inline segments in them. */
  summariesHeldMax: 2,
  /** Pairs of one record that may still be skipped, held in memory; beyond, on the worker's disk. */
  heldPairsBytes: 16 * mib,
} as const;

/** The shared directory (`@gridmr/storage`). */
export const storageLimits = {
  /** How long one operation is tried again that the storage refuses for now, and the pauses in between: the first, and the greatest. */
  patienceMs: 30 * secondMs,
  retryFirstMs: 20,
  retryMostMs: 500,
  /** How long a file that must stand is looked for, if the mount remembers its name as missing. */
  unseenMs: 3 * secondMs,
  /** Written to see if there is room. */
  probeBytes: 4 * kib,
  /** One JSON file of a job: a request's body with its numbers written out, or a plan chunk of 1,000 splits. */
  jobFileBytesMax: 80 * mib,
  /** What one glob may look at before it is refused. */
  globEntriesMax: 1_000_000,
  /** Files asked for their size at once while listing. */
  statsAtOnce: 64,
  streamPieceBytes: 256 * kib,
  /** A directory that a file handle keeps alive (NFS) is not empty for a moment: how often to try again. */
  removeRetriesMax: 3,
  temporaryTokenLength: 16,
  /** UTF-16 units of the final name kept in a temporary one, up to 3 bytes each: the whole must fit into 255 bytes. */
  temporaryNameLengthMax: 48,
} as const;

/** The jail (`@gridmr/sandbox`). */
export const sandboxLimits = {
  /** Above this, native recursion of the engine's parser overflows the host's stack before the guest's own check. */
  stackBytesMax: 128 * kib,
  /** The engine needs about this much before any user code runs. */
  memoryMbMin: 16,
  /** Pairs the guest may hold before it must hand them over. */
  pairsPerBlockMax: 65_536,
  /**
   * What each of them takes of the room that they share with the UTF-16 units of keys and values: `pairsPerBlockMax` times this is all of it. That is no more
   * than a key may have, so a key that is too long never fits.
   */
  pairRoom: 16,
  /** A group of so few numbers is copied one by one in the guest; beyond, a typed array costs less. */
  copiedValuesMax: 12,
  /** Where bad records are skipped, one record may take this share of its attempt's time, */
  recordTimeShare: 10,
  /** and an attempt may skip so many for their time, which it is given back: it never takes more than twice its time. */
  timedOutRecordsMax: 10,
  /**
   * What a record's time is in polls of the guest, which are the same on every machine. The fastest loop makes four times as many in a millisecond, so
   * that the clock decides only where a machine is a quarter as fast.
   */
  pollsPerMs: 1,
  /** Bad records of a block that are held until nothing can make them run again. */
  heldSkipsMax: 1000,
  /** A longer time between two polls counts as this much: the process, or its machine, stood still. */
  pollGapMsMax: 1 * secondMs,
  /** Memory of the guest that warms the engine up, and when it is given up, which only a machine that stood still comes to. */
  warmUpMemoryMb: 16,
  warmUpDeadlineMs: 60 * secondMs,
  warmUpCalls: 3,
  /** The compiler is done once the process took less processor than this in each of so many looks, one after the other. */
  warmUpLookMs: 40,
  warmUpQuietMs: 3,
  warmUpQuietLooks: 2,
  countersMax: 100,
  counterNameLengthMax: 64,
  logLinesMax: 1000,
  logLineLengthMax: 1000,
  /** Kept of all attempts that a job's tasks need; shared equally, down to so many of each. */
  jobLogLinesMax: 100_000,
  attemptLogLinesMin: 10,
  errorMessageLengthMax: 1000,
  errorRecordLengthMax: 200,
  /** Calls of user code told of in an error, and the longest name of a function among them. */
  errorFramesMax: 20,
  errorFrameNameLengthMax: 100,
  keyDepthMax: 16,
  /** Time to read a guest's error once its own deadline is over. */
  errorReadMs: 300,
  /** Added to a deadline before the thread that does not answer is terminated from outside. */
  terminateGraceMs: 2 * secondMs,
  /** Compiling a submitted program, without running it. */
  compileMs: 10 * secondMs,
  compileMemoryMb: 64,
  /** V8's own heap in the thread that checks submitted programs. */
  compileThreadHeapMb: 256,
  checksWaitingMax: 100,
  /** Of programs that were found good, characters remembered of all together. */
  checksKeptLengthMax: 8 * mib,
  /** Greatest memory of a reader of hand-overs that a thread keeps for its next sandbox. */
  keptReaderBytesMax: mib,
  /** Parts of programs that a thread remembers to parse, and the longest of them. */
  parsedFormsMax: 64,
  parsedFormLengthMax: 64 * kib,
  threadStartMs: 30 * secondMs,
  /** From an abort to the termination of a thread that has not answered by then. */
  abortGraceMs: 100,
} as const;

/** Messages, locks and retries (BullMQ over Redis). */
export const queueLimits = {
  /** Renewed after half of it. A lost worker is noticed after at most `lockMs` and `stalledCheckMs` together. */
  lockMs: 7 * secondMs,
  stalledCheckMs: 2 * secondMs,
  /** A task thread that cannot be sure of its message's lock looks again after this. */
  lockLookMs: 20,
  /** A message whose worker was lost more often ends its job: it probably is what kills them. */
  lossesMax: 10,
  /** BullMQ's own bound of the same, out of reach: it fails the message without a word to the job. */
  stalledMax: 1_000_000,
  controlAttemptsMax: 10,
  /** First and greatest pause before a failed message is tried again; it doubles in between. */
  retryBackoffMs: 1 * secondMs,
  retryBackoffMaxMs: 15 * secondMs,
  reconnectDelayMaxMs: 1 * secondMs,
  /** Redis has been asked and says nothing for so long: the connection is given up, its host may be gone. Longer than BullMQ lets it think, 10 s. */
  silenceMs: 20 * secondMs,
  /** Pause before a command is sent again that no node of a Redis Cluster could take, */
  clusterRetryMs: 200,
  /** and how often: a replica is promoted within that time, if there is one. A producer's is given up after 0.6 s. */
  clusterRetriesMax: 1500,
  clusterRetriesOfProducersMax: 3,
  /** An idle consumer looks for messages so often: Redis may wake one whose process is frozen, and then nobody else. */
  idleLookMs: 1 * secondMs,
  /** How long the API tries one Redis command before it answers 503. */
  commandTimeoutMs: 2 * secondMs,
  /** Children that one barrier has; above it, a tree of groups. */
  childrenPerBarrierMax: 1000,
  /** Tiny map tasks that one message may stand for, */
  bundledTasksMax: 10,
  /** as long as a job has so many messages: enough for workers to share. */
  bundlesMin: 200,
  /** A message at work for longer: its attempt is told of while it runs. */
  slowMessageMs: 300,
  /** The same of a bundle, whose tasks that are not begun then get messages of their own: nobody else's task waits for them. */
  slowBundleMs: 150,
  removalsPerPipeline: 500,
  /** Messages of each queue that have ended are kept so long, and no more than so many: they are memory of Redis. */
  endedKeptMax: 10_000,
  completedKeptSeconds: 86_400,
  failedKeptSeconds: 7 * 86_400,
  /** News that nobody has handled yet, some 200 MB at most: what has been handled is trimmed away. */
  eventStreamEntriesMax: 50_000,
  /** News that one entry of the stream may carry. */
  eventsPerEntryMax: 10,
  /** How often a reader trims away what all readers are done with. */
  eventTrimMs: 10 * secondMs,
  entriesPerReadMax: 500,
  /** Handling so many takes the API up to a seventh of a second. */
  eventsPerHandlingMax: 500,
  /** News that waits in a worker's memory while Redis is away; beyond it the oldest is dropped. */
  eventsBufferedMax: 10_000,
  eventsPerWriteMax: 1000,
  /** One blocking read of the event stream. */
  eventReadBlockMs: 2 * secondMs,
  /** News that another reader took and did not acknowledge for so long is taken over. */
  eventClaimIdleMs: 30 * secondMs,
  /** How often in that time a reader looks for such news. */
  eventClaimLooks: 4,
  /** Spread of the delay before a retry, as a share of it. */
  retryJitter: 0.5,
  /** Minutes of totals that BullMQ keeps per queue: a week. */
  metricsMinutes: 10_080,
  controlConcurrency: 4,
  /** For so long a worker that is at a step begins no task of a large job: none but the first `promptTasks`. */
  precedenceMs: 30,
  promptTasks: 100,
  /** How often the output of a task may turn out damaged before its job fails: by then it is the storage that damages it. */
  withdrawalsMax: 3,
  /** How often a reduce task looks whether the map tasks have run again whose output was damaged. */
  redoneLookMs: 250,
  /** How often a worker looks whether the jobs it works on have ended, should the announcement have been missed. */
  endedCheckMs: 5 * secondMs,
  /** A worker that looked for a job's verdict and found none believes so for this long, unless the job's end is announced. */
  verdictBelievedMs: 500,
  /** The API rests after it has handled news, so many times as long as that took, and at most so long. */
  eventRestShare: 2,
  eventRestMsMax: 40,
  /** Commit records read side by side by a step. */
  recordsReadAtOnce: 32,
  /** Clean-up comes back after this while attempts of an ended job are still stopping. */
  cleanUpAgainMs: 500,
} as const;

/** Fair shares of clients (`apps/worker/src/shares`). */
export const fairShareLimits = {
  /** Waiting messages looked at for one that has not been tried before. */
  messagesLookedAt: 8,
  /** Several workers take seats for one client at once: after so many tries, what they took overlaps. */
  triesMax: 5,
  /** Without a job of anybody for so long, what was taken is forgotten. */
  keptSeconds: 86_400,
  /** Clients whose seats are known; beyond, all begin anew. */
  clientsMax: 10_000,
  /** Jobs of one client that have not ended, by default and at most. */
  clientJobsDefault: 1000,
  clientJobsMax: 1_000_000,
} as const;

/** Starting and stopping processes. */
export const processLimits = {
  /** Of workers that share a machine with the API and the queue: these get nine times their time where there is not enough. */
  workerNiceness: 10,
  /** Of an API process: how far its heap may grow beyond what was alive in it when it was last collected. */
  heapGrowthPercent: 50,
  /** Linux takes the niceness of one group of processes in 100 ms. */
  groupNicenessPauseMs: 150,
  groupNicenessTriesMax: 20,
  /** Who starts workers tries for so long to tell the queue that one has died. By then the queue has found out. */
  mournMs: 10 * secondMs,
  /** SIGTERM to exit: running attempts finish or are handed back within this. */
  stopMs: 10 * secondMs,
  /** Of `stopMs`: how long attempts may go on before they are handed back. */
  finishAttemptsMs: 6 * secondMs,
  /** Beyond `stopMs`: then a parent kills the child that did not stop. */
  killGraceMs: 2 * secondMs,
  readyMs: 60 * secondMs,
  /** What every part may take to stop, even when the parts before it used up `stopMs`. */
  stopPartMsMin: 2 * secondMs,
  /** A terminal and npm may both deliver one Ctrl-C: a second signal within this is the same one. */
  sameSignalMs: 500,
  /** Pause between looks at a lock, a process or a port. */
  pollMs: 50,
  /** Output of a private server that is kept to explain why it did not start. */
  serverOutputLengthMax: 4 * kib,
  embeddedQueueMemoryMb: 512,
  /** A private queue server that was asked to stop is killed after this. */
  queueServerStopMs: 5 * secondMs,
  /** How often a worker reports how it is doing; after how long a silent one counts as lost, and is forgotten. */
  heartbeatMs: 2 * secondMs,
  workerLostMs: 8 * secondMs,
  workerForgottenMs: 300 * secondMs,
  /** First and greatest pause before a process that died is started again; it doubles in between. */
  restartDelayMs: 100,
  restartDelayMaxMs: 30 * secondMs,
  /** Each stretch of so long that a process ran well takes one doubling back. */
  restartForgivenMs: 3 * secondMs,
  /** How long a new worker waits at most for its engine's optimised code, before it takes work anyway. */
  warmUpMs: 5 * secondMs,
  cachedJobsMax: 32,
  /** An event loop blocked for longer is reported. */
  loopBlockedMs: 200,
  loopSampleMs: 20,
} as const;

/** One line of the log. */
export const logLimits = {
  textLengthMax: 4 * kib,
  stackLengthMax: 8 * kib,
  depthMax: 5,
  entriesMax: 50,
} as const;

/** What settings may be. */
export const settingLimits = {
  workersMax: 1024,
  workerCpuCoresMax: 256,
  /** A 32-bit sandbox cannot hold more. */
  workerMemoryMbMax: 2048,
  taskDiskMbMax: 1_000_000_000,
  taskTimeoutSecondsMax: 7 * 86_400,
  attemptsMax: 100,
  lockSecondsMin: 2,
  lockSecondsMax: 600,
  stalledCheckSecondsMin: 1,
  stalledCheckSecondsMax: 600,
  retryHoursMax: 8760,
  /** Some seconds: for tests. */
  retentionDaysMin: 0.000_01,
  retentionDaysMax: 36_500,
  retentionJobsMax: 100_000_000,
  requestsPerMinuteMax: 100_000_000,
  trustedProxiesMax: 10,
  /** Nodes of a Redis Cluster, or Sentinels, that its URL names. */
  redisHostsMax: 64,
  fileMbMax: 1_000_000_000,
  filesMax: 1_000_000_000,
  auditDaysMax: 36_500,
} as const;

/** Job records (`@gridmr/history`). */
export const historyLimits = {
  /** SQLite: new jobs, or entries of the audit log, that one commit stores together. */
  writesPerCommitMax: 100,
  /** SQLite: clients of whom it is known how many unfinished jobs they have at most. */
  boundedClientsMax: 1000,
  /** SQLite: from the end of one such commit to the next, if there is one; forcing it to the disk keeps the process from everything else. */
  commitGapMs: 10,
  /** How long a second process waits for the SQLite file: a predecessor that is just stopping lets go within it. */
  fileLockWaitMs: 1 * secondMs,
  fileLockRetryMs: 50,
  /** PostgreSQL: connections of one API process. */
  connectionsMax: 10,
  /** Waiting for a free connection, or making one. */
  connectMs: 5 * secondMs,
  /** One statement, by the server's clock. */
  statementMs: 5 * secondMs,
  /** One statement, by our own clock, for a server that does not answer at all. */
  answerMs: 6 * secondMs,
  /** SQLite: statements kept prepared, and the longest that is. */
  preparedMax: 100,
  preparedLengthMax: 2 * kib,
  /** A page of jobs ends before their specifications have more: a thousand of a megabyte each would be the end of a process. */
  jobPageBytesMax: 8 * mib,
  /** Positions looked at by one query when tasks without a row are listed by their state. */
  taskWindow: 10_000,
} as const;
