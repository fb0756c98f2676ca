/**
 * Section 5 of the public contract, row by row: which test specifies a route, and that the app has it. A row that goes from the app, or a test that goes from its
 * file, is missed here.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { routeTable } from '../dist/route-table.js';
import { withApi } from './api-under-test.js';

interface Row {
  /** As the contract has it. */
  readonly route: string;
  /** The `operationId`s of the app's routes for it, by which the app's table is searched; none of what is no part of the table. */
  readonly operations: readonly string[];
  /** The file of the test, and the sentence that specifies the answer. */
  readonly specifiedBy: readonly [file: string, sentence: string];
}

const here = (file: string) => `apps/api/test/${file}.test.ts`;
const row = (route: string, operations: string | string[], file: string, sentence: string): Row => ({
  route,
  operations: [operations].flat(),
  specifiedBy: [file, sentence],
});

const rows: readonly Row[] = [
  row('POST /jobs', 'submitJob', here('submit-job'), 'POST /api/v1/jobs'),
  row('POST /jobs/preview', 'previewJob', here('preview'), 'answers what map emits, what reduce is given'),
  row('GET /jobs', 'listJobs', here('read-jobs'), 'filters by status, name, client and time'),
  row('GET /jobs/{id}', 'readJob', here('read-jobs'), 'gives the whole job, with its specification and every default'),
  row('GET /jobs/{id}/status', 'readJobStatus', here('read-jobs'), 'follows the job'),
  row(
    'GET /jobs/{id}/metrics',
    'readJobMetrics',
    here('job-metrics'),
    'tells when each phase began, and how long it lasted',
  ),
  row('GET /jobs/{id}/tasks', 'listTasks', here('read-jobs'), 'GET /api/v1/jobs/{id}/tasks'),
  row('GET /jobs/{id}/tasks/{task_id}', 'readTask', here('read-jobs'), 'gives a task with all its attempts'),
  row('GET /jobs/{id}/results', 'readResults', here('results'), 'GET /api/v1/jobs/{id}/results'),
  row('GET /jobs/{id}/logs', 'readLogs', here('logs'), 'GET /api/v1/jobs/{id}/logs'),
  row('GET /jobs/{id}/dead-letters', 'listDeadLetters', here('dead-letters'), 'GET /api/v1/jobs/{id}/dead-letters'),
  row('GET /jobs/{id}/events', 'streamJobEvents', here('job-events'), 'GET /api/v1/jobs/{id}/events'),
  row('POST /jobs/{id}/cancel', 'cancelJob', here('cancel-job'), 'POST /api/v1/jobs/{id}/cancel'),
  row('POST /jobs/{id}/retry', 'retryJob', here('retry-job'), 'POST /api/v1/jobs/{id}/retry'),
  row('DELETE /jobs/{id}', 'deleteJob', here('delete-job'), 'DELETE /api/v1/jobs/{id}'),
  row('PUT /files/{path}', 'uploadFile', here('files'), 'PUT /api/v1/files/{path}'),
  row('GET /files/{path}', 'downloadFile', here('files'), 'GET /api/v1/files/{path}'),
  row('GET /files?prefix=', 'listFiles', here('files'), "describe('GET /api/v1/files'"),
  row('DELETE /files/{path}', 'deleteFile', here('files'), 'DELETE /api/v1/files/{path}'),
  row('GET /workers/status', 'readWorkersStatus', here('workers-status'), 'answers what a worker reported of itself'),
  row(
    'GET /metrics/system',
    'readSystemMetrics',
    here('system-metrics'),
    'tells of workers, Redis, the storage and the API itself',
  ),
  row(
    'POST /benchmark',
    'startBenchmark',
    'tests/end-to-end/benchmark.test.ts',
    'runs as often as asked, and tells the seconds',
  ),
  row(
    'GET /benchmark/{id}',
    'readBenchmark',
    'tests/end-to-end/benchmark.test.ts',
    'goes on when its API process is killed',
  ),
  row('POST /keys', 'createKey', here('keys'), 'makes a key that works at once, and shows its secret this once'),
  row('GET /keys', 'listKeys', here('keys'), 'GET and DELETE /api/v1/keys'),
  row('DELETE /keys/{id}', 'deleteKey', here('keys'), 'GET and DELETE /api/v1/keys'),
  row('GET /health/live', 'readLiveness', here('health'), 'says at /health/live that the process answers'),
  row(
    'GET /health/ready',
    'readReadiness',
    here('health'),
    'answers 503 and names the storage when the data directory is gone',
  ),
  row('GET /health', 'readHealth', here('health'), 'GET /health'),
  row('GET /metrics', 'readPrometheusMetrics', here('system-metrics'), "describe('GET /metrics'"),
  row('GET /openapi.json', 'readOpenApi', here('describe-api'), 'is OpenAPI 3.1 and JSON Schema 2020-12'),
  row('GET /docs', ['browseApi', 'readPageFile'], here('docs'), 'is a page that loads nothing from elsewhere'),
  row('GET /admin/queues', [], here('queue-board'), 'shows all queues, and the message of a job'),
  row('GET /', [], 'tests/browser/jobs-page.test.ts', 'shows a job that ran'),
];

/** Routes beyond the contract, which may be extended. */
const extensions: readonly string[] = ['streamEvents', 'readSession', 'openSession', 'closeSession', 'listAudit'];

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('section 5 of the contract', () => {
  const api = withApi();
  const table = () => routeTable(api().dependencies);
  const byId = (id: string) => table().find(each => each.id === id);

  for (const { route, operations, specifiedBy } of rows) {
    const [file, sentence] = specifiedBy;

    it(`${route} is there, and specified by ${file}`, async () => {
      for (const id of operations) expect(byId(id), `the route ${id} of the app`).to.not.equal(undefined);
      const [id] = operations;
      const found = id === undefined ? undefined : byId(id);
      if (found !== undefined) expect(written(found.method, found.path)).to.equal(route);
      const path = `${root}${file}`;
      expect(existsSync(path), file).to.equal(true);
      expect(await readFile(path, 'utf8'), file).to.include(sentence);
    });
  }

  it('has a row for every route of the app, but for those that extend it', () => {
    const known = [...rows.flatMap(({ operations }) => operations), ...extensions];
    expect(table().map(({ id }) => id)).to.have.members(known);
  });

  it('serves the dashboard at /, where it is built', async () => {
    const answer = await api().http.get('/');
    expect(answer.status).to.equal(200);
    expect(answer.type).to.equal('text/html');
  });
});

/** A route of the app as the contract writes it. */
function written(method: string, path: string): string {
  const short = path
    .replace('/api/v1', '')
    .replaceAll(/\{(?:job|key|benchmark)_id\}/g, '{id}')
    .replace(/\/files$/, '/files?prefix=');
  return `${method.toUpperCase()} ${short}`;
}
