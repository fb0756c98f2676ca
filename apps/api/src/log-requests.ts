/**
 * One line in the log for each request, when its answer is out or its connection is gone. Machines that look every few seconds whether all is well would
 * fill it: while it is, theirs are of the level `debug`.
 */
import { performance } from 'node:perf_hooks';
import { routes } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';
import type { RequestHandler } from 'express';
import { correlation } from './correlate.js';

const lookedAtRegularly: readonly string[] = [routes.health, routes.healthLive, routes.healthReady, routes.metrics];
const firstProblemStatus = 400;

export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startMs = performance.now();
    const { method, path } = request;
    response.once('close', () => {
      const isWell = response.writableFinished && response.statusCode < firstProblemStatus;
      const level = isWell && lookedAtRegularly.includes(path) ? 'debug' : 'info';
      logger[level](response.writableFinished ? 'answered a request' : 'a request was broken off', {
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
