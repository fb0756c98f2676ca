/** Which problem an error is. What is not expected is an `internal_error`, whose cause only the log tells. */
import { RequestError, requestLimits } from '@gridmr/contracts';
import { BadCursorError, HistoryUnavailableError } from '@gridmr/history';
import { StorageError } from '@gridmr/storage';
import { invalidInput } from './parse-input.js';

const internalDetail = 'Something unexpected happened. The log of the API has it under this request_id.';

export function problemOf(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof StorageError) return storageProblem(error);
  if (error instanceof BadCursorError) return cursorProblem();
  if (error instanceof HistoryUnavailableError) {
    const detail = 'The database does not answer; try again in a moment';
    return new RequestError('database_unavailable', detail, {}, { cause: error });
  }
  return transportProblem(error) ?? new RequestError('internal_error', internalDetail, {}, { cause: error });
}

function cursorProblem(): RequestError {
  return invalidInput([
    { path: 'cursor', message: 'is not a cursor of this list; use next_cursor of the page before' },
  ]);
}

/** Messages of `StorageError` name paths below the data directory only, so they may be repeated. */
function storageProblem(error: StorageError): RequestError {
  const cause = { cause: error };
  if (error.code === 'outside') return new RequestError('path_not_allowed', error.message, {}, cause);
  if (error.code === 'io_error') {
    const detail = `The data directory cannot be used now: ${error.message}`;
    return new RequestError('storage_unavailable', detail, {}, cause);
  }
  return new RequestError('internal_error', internalDetail, {}, cause);
}

/** What Express and its body parser refuse. Their own messages are not repeated: they may quote the request. */
function transportProblem(error: unknown): RequestError | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const cause = { cause: error };
  if (error.status === 413) {
    const detail = `The body may have at most ${requestLimits.bodyBytesMax} bytes`;
    return new RequestError('body_too_large', detail, {}, cause);
  }
  if (error.status === 415) {
    const detail = 'The encoding of the body is not supported; send it plain, or with gzip or deflate';
    return new RequestError('media_type_not_supported', detail, {}, cause);
  }
  if (error.status < 400 || error.status >= 500) return undefined;
  const detail = 'The request could not be read: its body was cut short or badly encoded, or its path is malformed';
  return new RequestError('invalid_request', detail, {}, cause);
}
