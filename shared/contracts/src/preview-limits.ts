/** Bounds of a preview (`POST /jobs/preview`): small enough to be answered while its caller waits. */
const kib = 1024;
const mib = 1024 * kib;

export const previewLimits = {
  /** All that one preview may run, from the moment it has a thread; what is not done by then is left out of the answer. */
  runMs: 1400,
  /** A thread that does not answer so long after that is ended from outside. */
  graceMs: 150,
  /** How long a preview waits for a thread. With the two above: less than two seconds. */
  waitMs: 350,
  /** The share of `runMs` that reading and mapping the sample may take at first; then the sample ends. */
  mapShare: 0.25,
  /** The share of `runMs` that one record may take before it is told of as one that hangs. */
  recordShare: 0.2,
  /** Previews that one API process runs at once, and that wait for it. */
  threadsMax: 2,
  waitingMax: 8,
  memoryMbMax: 128,
  /** V8's own heap in a thread that makes previews. */
  threadHeapMb: 256,
  /** `sample`: characters of text in the request. */
  sampleLengthMax: 256 * kib,
  sampleFilesMax: 16,
  sampleRecordsMax: 1000,
  sampleBytesMax: 128 * kib,
  /** Read from a file at once. */
  blockBytes: 32 * kib,
  /** Files looked at for the size of the whole input. */
  filesCountedMax: 2000,
  /** What the sample's pairs may take, beyond which it ends; and what one attempt may write. */
  pairBytesMax: 4 * mib,
  outputBytesMax: 32 * mib,
  sortBufferBytes: 8 * mib,
  /** Partitions whose reduce is run. */
  partitionsMax: 16,
  pairsListedMax: 100,
  groupsListedMax: 50,
  valuesListedMax: 20,
  resultsListedMax: 100,
  logLinesListedMax: 100,
  errorsListedMax: 20,
  partitionsListedMax: 100,
  /** Characters of JSON of one key or value that is listed; beyond, it is cut and given as text. */
  listedLengthMax: 1000,
  /** Map tasks that the sample is cut into to try the combiner on values grouped otherwise. */
  regroupedTasks: 3,
  /** Two floating-point sums of the same numbers may differ by so much of themselves. */
  toleratedError: 1e-9,
} as const;
