/** From what the SDK throws to the kinds of `ObjectError`. */
import { ObjectError, type ObjectFault } from './object-errors.js';

const faultsByCode: Readonly<Record<string, ObjectFault>> = {
  NoSuchKey: 'missing',
  NotFound: 'missing',
  NoSuchUpload: 'no_upload',
  NoSuchBucket: 'no_bucket',
  PreconditionFailed: 'precondition',
  AccessDenied: 'forbidden',
  Forbidden: 'forbidden',
  InvalidAccessKeyId: 'forbidden',
  SignatureDoesNotMatch: 'forbidden',
  ExpiredToken: 'forbidden',
  CredentialsProviderError: 'no_credentials',
  PermanentRedirect: 'elsewhere',
  AuthorizationHeaderMalformed: 'elsewhere',
  // Two conditional writes at once: the one that is told so may try again.
  ConditionalRequestConflict: 'passing',
  OperationAborted: 'passing',
  SlowDown: 'passing',
  RequestTimeout: 'passing',
  IncompleteBody: 'passing',
  // Whatever the network does, and requests given up after their time.
  TimeoutError: 'passing',
  AbortError: 'passing',
  ECONNABORTED: 'passing',
  ECONNREFUSED: 'passing',
  ECONNRESET: 'passing',
  EAI_AGAIN: 'passing',
  EHOSTUNREACH: 'passing',
  ENETUNREACH: 'passing',
  ENOTFOUND: 'passing',
  EPIPE: 'passing',
  ETIMEDOUT: 'passing',
};

const faultsByStatus: Readonly<Record<number, ObjectFault>> = {
  301: 'elsewhere',
  403: 'forbidden',
  404: 'missing',
  408: 'passing',
  409: 'passing',
  412: 'precondition',
  429: 'passing',
};
const firstServerError = 500;
const notImplemented = 501;

export function objectErrorOf(error: unknown): ObjectError {
  if (error instanceof ObjectError) return error;
  if (!(error instanceof Error)) return new ObjectError('other', 'unknown error', String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const status = statusOf(error);
  const fault = faultsByCode[code] ?? faultsByCode[error.name] ?? faultOfStatus(status);
  return new ObjectError(fault, status === undefined ? code : `${code} ${status}`, error.message, { cause: error });
}

function faultOfStatus(status: number | undefined): ObjectFault {
  if (status === undefined) return 'other';
  if (status >= firstServerError && status !== notImplemented) return 'passing';
  return faultsByStatus[status] ?? 'other';
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return undefined;
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode;
}
