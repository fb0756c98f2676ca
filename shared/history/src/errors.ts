/** What can go wrong with job records, in words for whoever runs GridMR or calls its API. */

/** A cursor that this list did not make. */
export class BadCursorError extends Error {
  override readonly name = 'BadCursorError';

  constructor(options?: ErrorOptions) {
    super('The cursor is not one that this list gave. Leave it out to begin with the first page.', options);
  }
}

/** Another process holds the SQLite file. */
export class HistoryInUseError extends Error {
  override readonly name = 'HistoryInUseError';
  readonly file: string;

  constructor(file: string, options?: ErrorOptions) {
    super(
      `The job records in ${file} are in use by another process. One API process may use this file at a time: ` +
        'stop the other one, or set GRIDMR_DATABASE_URL to a postgres:// address, which several may share.',
      options,
    );
    this.file = file;
  }
}

/** The database does not answer, or cannot work: the same call may succeed later. */
export class HistoryUnavailableError extends Error {
  override readonly name = 'HistoryUnavailableError';

  /** `database` names it without its password. */
  constructor(database: string, cause: unknown) {
    super(`The job records in ${database} are not available (${reason(cause)}). Check that the database runs.`, {
      cause,
    });
  }
}

/** An error's own words; Node.js leaves the message of a failed connection to several addresses empty. */
function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return reason(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
