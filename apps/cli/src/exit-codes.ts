/** How the command ends, for scripts: the table that `docs/operating.md` and `gridmr --help` repeat. */
export const exitCodes = {
  done: 0,
  /** The job failed, by its program's fault or another's. */
  jobFailed: 1,
  /** The command line, a job file or a request is wrong: it cannot work before it is changed. */
  usage: 2,
  /** No such job, input or file. */
  notFound: 3,
  /** The API key is missing, unknown, or may not do that. */
  forbidden: 4,
  /** The server cannot be reached or is not able to serve now: the same command may work later. */
  unavailable: 5,
  /** What is there stands in the way: the job has not finished, or has; the output exists. */
  conflict: 6,
  jobCancelled: 7,
  /** Ctrl-C, as shells say it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** One line for each code, in order. */
export const exitCodeTable: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.done, 'done; a job that was waited for has completed'],
  [exitCodes.jobFailed, 'the job failed'],
  [exitCodes.usage, 'the command line, the job file or the request is wrong'],
  [exitCodes.notFound, 'no such job, input or file'],
  [exitCodes.forbidden, 'the API key is missing, unknown, or may not do that'],
  [exitCodes.unavailable, 'the server cannot be reached or cannot serve now; try again later'],
  [exitCodes.conflict, 'what is there stands in the way: not finished, finished already, output not empty'],
  [exitCodes.jobCancelled, 'the job was cancelled'],
  [exitCodes.interrupted, 'interrupted by Ctrl-C'],
];
