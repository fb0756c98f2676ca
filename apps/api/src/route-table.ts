/** Every route of the API, once. Requests are routed and the OpenAPI document is made by this table alone. */
import { routes } from '@gridmr/contracts';
import { z } from 'zod';
import type { ApiDependencies } from './dependencies.js';
import { describeApi } from './describe-api.js';
import { type Route, route } from './route.js';
import { benchmarkRoutes } from './routes/benchmark-routes.js';
import { deadLetterRoutes } from './routes/dead-letter-routes.js';
import { docsRoutes } from './routes/docs-routes.js';
import { eventRoutes } from './routes/event-routes.js';
import { fileRoutes } from './routes/file-routes.js';
import { healthRoutes } from './routes/health-routes.js';
import { jobRoutes } from './routes/job-routes.js';
import { keyRoutes } from './routes/key-routes.js';
import { logRoutes } from './routes/log-routes.js';
import { metricRoutes } from './routes/metric-routes.js';
import { previewRoutes } from './routes/preview-routes.js';
import { resultRoutes } from './routes/result-routes.js';
import { sessionRoutes } from './routes/session-routes.js';
import { taskRoutes } from './routes/task-routes.js';
import { workerRoutes } from './routes/worker-routes.js';

export function routeTable(dependencies: ApiDependencies): readonly Route[] {
  const table: Route[] = [
    ...previewRoutes(dependencies),
    ...jobRoutes(dependencies),
    ...taskRoutes(dependencies),
    ...resultRoutes(dependencies),
    ...metricRoutes(dependencies),
    ...eventRoutes(dependencies),
    ...deadLetterRoutes(dependencies),
    ...logRoutes(dependencies),
    ...workerRoutes(dependencies),
    ...benchmarkRoutes(dependencies),
    ...fileRoutes(dependencies),
    ...keyRoutes(dependencies),
    ...sessionRoutes(dependencies),
    ...healthRoutes(dependencies),
    ...docsRoutes(),
    documentRoute(() => document),
  ];
  const document = describeApi(table, dependencies.version);
  return table;
}

function documentRoute(document: () => object): Route {
  return route({
    method: 'get',
    path: routes.openapi,
    id: 'readOpenApi',
    access: 'public',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
    problems: [],
    handle: () => ({ status: 200, body: document() }),
  });
}
