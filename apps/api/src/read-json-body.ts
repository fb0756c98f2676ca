/** Reads a request's body: bounded, JSON, UTF-8, not nested beyond reason. Leaves the parsed value in `request.body`. */
import { RequestError, requestLimits } from '@gridmr/contracts';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { jsonFault } from './json-fault.js';

const readBytes = express.raw({ type: () => true, limit: requestLimits.bodyBytesMax });

/** No body is the same as `{}`. */
export const readOptionalJsonBody: readonly RequestHandler[] = [
  refuseOtherTypes,
  limitTime,
  readBytes,
  emptyBody,
  parseBody,
];
export const readJsonBody: readonly RequestHandler[] = [refuseOtherTypes, limitTime, readBytes, parseBody];

/**
 * Of a route that takes no body: what comes all the same is let pass before the answer, because a connection that is closed with bytes unread takes the
 * answer along.
 */
export function passBody(request: Request, _response: Response, next: NextFunction): void {
  const length = request.get('content-length') ?? (request.get('transfer-encoding') === undefined ? '0' : undefined);
  if (length === '0') {
    next();
    return;
  }
  let bytes = 0;
  const onData = (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes <= requestLimits.bodyBytesMax) return;
    request.off('data', onData).off('end', next);
    next(new RequestError('body_too_large', 'This route takes no body, and this one is too long to be ignored'));
  };
  request.on('data', onData).once('end', next);
}

function refuseOtherTypes(request: Request, _response: Response, next: NextFunction): void {
  // That there is no body is said further on.
  const isEmpty = request.get('content-length') === '0';
  if (!isEmpty && request.is(['application/json', '+json']) === false) {
    throw new RequestError('media_type_not_supported', 'Send the body as JSON, with Content-Type: application/json');
  }
  next();
}

/** Whoever sends a body byte by byte does not hold a connection for ever. */
function limitTime(request: Request, _response: Response, next: NextFunction): void {
  const timer = setTimeout(() => request.destroy(), requestLimits.bodyMs);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  next();
}

function parseBody(request: Request, _response: Response, next: NextFunction): void {
  const bytes: unknown = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
    throw new RequestError('invalid_request', 'The body is empty; send a JSON object');
  }
  const body = parseJson(decode(bytes));
  if (isDeeperThan(body, requestLimits.jsonDepthMax)) {
    throw new RequestError('invalid_request', `The body is nested deeper than ${requestLimits.jsonDepthMax} levels`);
  }
  request.body = body;
  next();
}

function emptyBody(request: Request, _response: Response, next: NextFunction): void {
  const bytes: unknown = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) request.body = Buffer.from('{}');
  next();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RequestError('invalid_request', 'The body is not UTF-8 text', {}, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column, found } = jsonFault(text);
    const detail = `The body is not JSON: ${found} at line ${line}, column ${column}`;
    throw new RequestError('invalid_request', detail, { line, column }, { cause });
  }
}

/** Looks no deeper than it is asked to, so it cannot overflow the stack itself. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some(inner => isDeeperThan(inner, levels - 1));
}
