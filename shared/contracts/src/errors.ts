/** The base of GridMR's own errors. Each carries what a user is told; a `cause` keeps what a developer needs. */
import { type JobError, type Problem, type ProblemCode, problemKinds } from './problem.js';

/** A request that cannot be served: becomes a problem document. */
export class RequestError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly fields: Partial<Problem>;

  constructor(code: ProblemCode, detail: string, fields: Partial<Problem> = {}, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'RequestError';
    this.code = code;
    this.status = problemKinds[code].status;
    this.fields = fields;
  }
}

/** An attempt or a step of a job that failed for a reason that its job's owner can read. */
export class TaskError extends Error {
  readonly error: JobError;

  constructor(error: JobError, options?: ErrorOptions) {
    super(error.message, options);
    this.name = 'TaskError';
    this.error = error;
  }

  /** The same error, with what the place that caught it knows besides. What is already known stays. */
  with(more: Partial<JobError>): TaskError {
    return new TaskError({ ...more, ...this.error }, { cause: this.cause ?? this });
  }
}
