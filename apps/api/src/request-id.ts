/** Every request has an id: the caller's, if it is a sane token, else a new one. It is in the answer, the problem and the log. */
import { headers, randomToken, requestLimits } from '@gridmr/contracts';
import type { NextFunction, Request, Response } from 'express';

const saneToken = new RegExp(`^[A-Za-z0-9._-]{1,${requestLimits.requestIdLengthMax}}$`);
const generatedLength = 20;

export function assignRequestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.get(headers.requestId);
  const id = given !== undefined && saneToken.test(given) ? given : randomToken(generatedLength);
  response.locals.requestId = id;
  response.set(headers.requestId, id);
  next();
}

export function requestIdOf(response: Response): string {
  return String(response.locals.requestId ?? '');
}
