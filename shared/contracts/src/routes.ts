/** Paths of the API, for the server that serves them and for the clients that call them. */
import type { OutputFormat } from './job-spec.js';

export const apiPrefix = '/api/v1';

export const routes = {
  jobs: `${apiPrefix}/jobs`,
  jobPreview: `${apiPrefix}/jobs/preview`,
  job: (id: string) => `${apiPrefix}/jobs/${id}`,
  jobStatus: (id: string) => `${apiPrefix}/jobs/${id}/status`,
  jobTasks: (id: string) => `${apiPrefix}/jobs/${id}/tasks`,
  jobTask: (id: string, taskId: string) => `${apiPrefix}/jobs/${id}/tasks/${taskId}`,
  jobResults: (id: string) => `${apiPrefix}/jobs/${id}/results`,
  jobDeadLetters: (id: string) => `${apiPrefix}/jobs/${id}/dead-letters`,
  jobLogs: (id: string) => `${apiPrefix}/jobs/${id}/logs`,
  jobCancel: (id: string) => `${apiPrefix}/jobs/${id}/cancel`,
  jobEvents: (id: string) => `${apiPrefix}/jobs/${id}/events`,
  jobMetrics: (id: string) => `${apiPrefix}/jobs/${id}/metrics`,
  events: `${apiPrefix}/events`,
  systemMetrics: `${apiPrefix}/metrics/system`,
  jobRetry: (id: string) => `${apiPrefix}/jobs/${id}/retry`,
  benchmarks: `${apiPrefix}/benchmark`,
  benchmark: (id: string) => `${apiPrefix}/benchmark/${id}`,
  workersStatus: `${apiPrefix}/workers/status`,
  keys: `${apiPrefix}/keys`,
  key: (id: string) => `${apiPrefix}/keys/${id}`,
  session: `${apiPrefix}/session`,
  audit: `${apiPrefix}/audit`,
  files: `${apiPrefix}/files`,
  file: (path: string) => `${apiPrefix}/files/${path}`,
  health: '/health',
  healthLive: '/health/live',
  healthReady: '/health/ready',
  metrics: '/metrics',
  openapi: '/openapi.json',
  docs: '/docs',
  queueBoard: '/admin/queues',
  docsFile: (file: string) => `/docs/${file}`,
};

/** Addresses of the dashboard's pages, in the notation of the server's router. */
export const dashboardPages = ['/', '/jobs/:job_id', '/submit', '/workers', '/system', '/login'] as const;

/** What results are served as, and asked for by `Accept`. */
export const resultMediaTypes: Readonly<Record<OutputFormat, string>> = {
  tsv: 'text/tab-separated-values',
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
};

export const headers = {
  requestId: 'x-request-id',
  idempotencyKey: 'idempotency-key',
  lastEventId: 'last-event-id',
  /** W3C Trace Context: what the caller does this request for. */
  traceParent: 'traceparent',
  apiKey: 'x-api-key',
  /** Any value. Pages of others cannot send it, so a request with a session's cookie that has it was meant. */
  client: 'x-gridmr-client',
  contentDigest: 'content-digest',
} as const;

export const eventStreamMediaType = 'text/event-stream';
