/**
 * The API without a port. A request passes: id → log line → headers → admission → the route's row (path, body, query, headers) →
 * its verb → answer; and whatever goes wrong on the way becomes a problem document at the end.
 */
import express, { type Express } from 'express';
import helmet from 'helmet';
import { answerProblems, refuseUnknownRoute } from './answer-problems.js';
import type { ApiDependencies } from './dependencies.js';
import { logRequests } from './log-requests.js';
import { countRequests } from './metrics/count-requests.js';
import { mountRoutes } from './mount-routes.js';
import { assignRequestId } from './request-id.js';
import { routeTable } from './route-table.js';
import { serveDashboard } from './serve-dashboard.js';

export function createApp(dependencies: ApiDependencies): Express {
  const app = express();
  app
    .disable('x-powered-by')
    .disable('etag')
    .enable('case sensitive routing')
    .set('trust proxy', dependencies.access.trustedProxies);
  app.use(assignRequestId, logRequests(dependencies.logger), countRequests(dependencies.metrics), helmet());
  mountRoutes(app, routeTable(dependencies), dependencies);
  app.use(serveDashboard());
  app.use(refuseUnknownRoute, answerProblems(dependencies.logger));
  return app;
}
