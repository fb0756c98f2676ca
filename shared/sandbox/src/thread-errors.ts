/** How a thread ends that did not end by itself. It is gone then; its owner starts a new one. */
export class ThreadTimeoutError extends Error {
  readonly deadlineMs: number;

  constructor(deadlineMs: number) {
    super(`the thread did not answer within ${deadlineMs} ms and was terminated`);
    this.name = 'ThreadTimeoutError';
    this.deadlineMs = deadlineMs;
  }
}

export class ThreadAbortedError extends Error {
  constructor(cause?: unknown) {
    super('the request was aborted and its thread terminated', { cause });
    this.name = 'ThreadAbortedError';
  }
}

export class ThreadCrashedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ThreadCrashedError';
  }
}

/** A handler failed with an error of its own: the thread lives. Names and code are those of the original, whose class is lost. */
export class ThreadRequestError extends Error {
  readonly errorName: string;
  readonly code: string | undefined;

  constructor(errorName: string, message: string, code: string | undefined, stack: string | undefined) {
    super(message);
    this.name = 'ThreadRequestError';
    this.errorName = errorName;
    this.code = code;
    if (stack !== undefined) this.stack = stack;
  }
}
