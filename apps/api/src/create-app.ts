/**
 * The API without a port. A request passes: id → trace → log line → headers → admission → the route's row (path, body, query, headers) →
 * its verb → answer; and whatever goes wrong on the way becomes a problem document at the end.
 */

import { routes } from '@gridmr/contracts';
import express, { type Express } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { admit } from './access/admit.js';
import { answerProblems, refuseUnknownRoute } from './answer-problems.js';
import { traceRequests } from './correlate.js';
import type { ApiDependencies } from './dependencies.js';
import { logRequests } from './log-requests.js';
import { countRequests } from './metrics/count-requests.js';
import { mountRoutes } from './mount-routes.js';
import { assignRequestId } from './request-id.js';
import { routeTable } from './route-table.js';
import { serveDashboard } from './serve-dashboard.js';

/**
 * What pages may load: what this server has, and nothing else. Not asked to be made https: an address of a plain http server that is
 * not loopback would then have no styles and no scripts.
 */
const pageRules: HelmetOptions = {
  contentSecurityPolicy: {
    directives: {
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      upgradeInsecureRequests: null,
    },
  },
};

export function createApp(dependencies: ApiDependencies): Express {
  const app = express();
  app
    .disable('x-powered-by')
    .disable('etag')
    .enable('case sensitive routing')
    .set('trust proxy', dependencies.access.trustedProxies);
  app.use(
    assignRequestId,
    traceRequests(dependencies.tracing),
    logRequests(dependencies.logger),
    countRequests(dependencies.metrics),
  );
  app.use(helmet(pageRules));
  mountRoutes(app, routeTable(dependencies), dependencies);
  app.use(routes.queueBoard, admit(dependencies.access, 'admin'), dependencies.queueBoard);
  app.use(serveDashboard());
  app.use(refuseUnknownRoute, answerProblems(dependencies.logger));
  return app;
}
