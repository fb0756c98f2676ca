/** The end of every request that failed: a problem document (RFC 9457), and a line in the log if it was our fault. */
import { apiLimits, type Problem, problemKinds, RequestError } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express';
import { RateLimitedError } from './access/rate-limits.js';
import { correlation } from './correlate.js';
import { problemOf } from './problem-of.js';
import { requestIdOf } from './request-id.js';

export const problemMediaType = 'application/problem+json';

/** Statuses after which the same request may succeed in a moment. */
const mayPass: readonly number[] = [429, 503];

export function refuseUnknownRoute(request: Request, _response: Response, next: NextFunction): void {
  next(new RequestError('not_found', `There is no route ${request.method} ${request.path}; see /openapi.json`));
}

export function answerProblems(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      const fields = { ...correlation(request, response), method: request.method, path: request.path, error };
      logger.error('a request failed', fields);
    }
    if (response.headersSent) {
      // Half an answer is out. Cutting the connection is the only way left to say that it is not whole.
      response.destroy();
      return;
    }
    if (mayPass.includes(problem.status)) response.set('retry-after', String(pauseAfter(problem)));
    if (problem.status === 401) response.set('www-authenticate', 'Bearer');
    discardBody(request);
    response.status(problem.status).removeHeader('content-length');
    response.type(problemMediaType).send(JSON.stringify(documentOf(problem, requestIdOf(response))));
  };
}

/** What is still to come of a refused body is let pass for a moment, so that its sender gets to read why; then the connection is cut. */
function discardBody(request: Request): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), apiLimits.refusedBodyMs);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}

function pauseAfter(problem: RequestError): number {
  return problem instanceof RateLimitedError ? problem.retryAfterSeconds : apiLimits.retryAfterSeconds;
}

function documentOf(problem: RequestError, requestId: string): Problem {
  return {
    ...problem.fields,
    type: `urn:gridmr:problem:${problem.code}`,
    title: problemKinds[problem.code].title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    request_id: requestId,
  };
}
