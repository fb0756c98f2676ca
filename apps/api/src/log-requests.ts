/** One line in the log for each request, when its answer is out or its connection is gone. */
import { performance } from 'node:perf_hooks';
import type { Logger } from '@gridmr/runtime';
import type { RequestHandler } from 'express';
import { correlation } from './correlate.js';

export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startMs = performance.now();
    const { method, path } = request;
    response.once('close', () => {
      logger.info(response.writableFinished ? 'answered a request' : 'a request was broken off', {
        ...correlation(request, response),
        method,
        path,
        status: response.statusCode,
        duration_ms: Math.round(performance.now() - startMs),
      });
    });
    next();
  };
}
