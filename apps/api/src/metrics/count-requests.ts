/** Counts each request by the template of its route, so that ids and paths of callers make no labels. */
import { eventStreamMediaType } from '@gridmr/contracts';
import type { RequestHandler } from 'express';
import type { ServiceMetrics } from './service-metrics.js';

/** Of requests that no route matches, and of methods that nobody has. */
const other = 'other';
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

export function countRequests(metrics: ServiceMetrics): RequestHandler {
  return (request, response, next) => {
    const startMs = performance.now();
    response.once('close', () => {
      // A listener stays for as long as it likes, which says nothing of how fast the API is.
      if (response.get('content-type')?.startsWith(eventStreamMediaType)) return;
      const path: unknown = request.route?.path;
      const route = typeof path === 'string' ? path : other;
      const method = methods.includes(request.method) ? request.method : other;
      metrics.countRequest(method, route, response.statusCode, performance.now() - startMs);
    });
    next();
  };
}
