/** Figures: of one job, of the whole system, and for Prometheus. */
import { jobMetricsSchema, routes, systemMetricsSchema } from '@gridmr/contracts';
import { z } from 'zod';
import { noSuchJob } from '../cancel-job.js';
import type { ApiDependencies } from '../dependencies.js';
import { jobMetrics } from '../metrics/job-metrics.js';
import { systemNow } from '../metrics/system-now.js';
import { type Route, route } from '../route.js';
import { jobParamsSchema, jobPathParameter } from './job-routes.js';

const systemQuerySchema = z.strictObject({
  history: z.enum(['true', 'false']).default('false').meta({ description: 'Whether to tell the last hour too' }),
});

const prometheusMediaType = 'text/plain';

export function metricRoutes(dependencies: ApiDependencies): Route[] {
  return [jobMetricsRoute(dependencies), systemRoute(dependencies), prometheusRoute(dependencies)];
}

function jobMetricsRoute({ history }: ApiDependencies): Route {
  return route({
    method: 'get',
    path: routes.jobMetrics(jobPathParameter),
    id: 'readJobMetrics',
    access: 'read',
    summary: "Read a job's figures",
    description:
      'Counters, how long each phase lasted, throughput, how long tasks took, and how evenly the partitions are filled.',
    params: jobParamsSchema,
    answers: { 200: { description: 'The figures', schema: jobMetricsSchema } },
    problems: ['not_found', 'database_unavailable'],
    handle: async ({ params }) => {
      const job = await history.findJob(params.job_id);
      if (job === undefined) throw noSuchJob(params.job_id);
      return { status: 200, body: await jobMetrics(history, job) };
    },
  });
}

function systemRoute({ system }: ApiDependencies): Route {
  return route({
    method: 'get',
    path: routes.systemMetrics,
    id: 'readSystemMetrics',
    access: 'read',
    summary: 'Read the figures of the whole system',
    description:
      'What does not answer is null. With `history=true` the last hour is told too, a sample every few seconds.',
    query: systemQuerySchema,
    answers: { 200: { description: 'The figures', schema: systemMetricsSchema } },
    problems: ['invalid_request', 'database_unavailable'],
    handle: async ({ query }) => {
      const current = await system.current();
      const history = query.history === 'true' ? { history: system.lastHour } : {};
      return { status: 200, body: { ...current, ...history } };
    },
  });
}

function prometheusRoute(dependencies: ApiDependencies): Route {
  const { metrics } = dependencies;
  return route({
    method: 'get',
    path: routes.metrics,
    id: 'readPrometheusMetrics',
    access: 'scrape',
    summary: 'Metrics for Prometheus',
    description:
      'Counters are those of this API process: sum them over all. Gauges of the whole system are told by each.',
    answers: { 200: { description: 'The text format of Prometheus', mediaTypes: [prometheusMediaType] } },
    problems: ['database_unavailable'],
    handle: async ({ response }) => {
      const text = await metrics.text(await systemNow(dependencies));
      response.status(200).set('content-type', metrics.contentType).send(text);
      return undefined;
    },
  });
}
