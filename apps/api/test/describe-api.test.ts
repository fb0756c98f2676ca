import { jobStreamEventSchema, problemKinds } from '@gridmr/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import type { z } from 'zod';
import { eventsExample } from '../dist/docs/answer-examples.js';
import { submitExamples } from '../dist/docs/submit-examples.js';
import { expressPath } from '../dist/mount-routes.js';
import { routeTable } from '../dist/route-table.js';
import { withApi } from './api-under-test.js';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}
interface Operation {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: unknown;
  security: object[];
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}

const withBody = ['submitJob', 'previewJob', 'retryJob', 'startBenchmark', 'createKey', 'openSession', 'uploadFile'];

describe('GET /openapi.json', () => {
  const api = withApi();
  const read = async () => (await api().http.get('/openapi.json')).body;
  const operations = async () =>
    Object.entries<Record<string, Operation>>((await read()).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it('is OpenAPI 3.1 and JSON Schema 2020-12', async () => {
    const document = await read();
    expect(document.openapi).to.match(/^3\.1\./);
    expect(document.info).to.include({ title: 'GridMR', version: '0.0.0-test' });
  });

  it('has every route of the app, and the app has every route of it', async () => {
    const layers = (api().app.router as unknown as { stack: Layer[] }).stack;
    const mounted = layers.flatMap(({ route }) =>
      route === undefined
        ? []
        : Object.keys(route.methods)
            .filter(method => method !== '_all')
            .map(method => `${method} ${route.path}`),
    );
    const described = (await operations()).map(({ method, path }) => `${method} ${expressPath(path)}`);
    expect(described).to.have.members(mounted);
    expect(described).to.have.lengthOf(routeTable(api().dependencies).length);
  });

  it('is valid by the rules of OpenAPI', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(await read());
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
    expect(validator.version).to.equal('3.1');
  });

  it('is found invalid by the same rules if it is not', async () => {
    const document = await read();
    document.paths['/health'].get.responses = [];
    expect((await new Validator().validate(document)).valid).to.equal(false);
  });

  it('has examples that its own schemas accept', () => {
    const examples: [name: string, schema: z.ZodType, example: unknown][] = [];
    for (const row of routeTable(api().dependencies)) {
      for (const [name, body] of Object.entries(row.examples ?? {}))
        if (row.body) examples.push([name, row.body, body]);
      for (const { schema, example } of Object.values(row.answers)) {
        if (schema !== undefined && example !== undefined) examples.push([row.id, schema, example]);
      }
    }
    expect(examples.map(([name]) => name)).to.include.members([
      'Count words',
      'submitJob',
      'readJobStatus',
      'readWorkersStatus',
    ]);
    for (const [name, schema, example] of examples) expect(schema.safeParse(example).error, name).to.equal(undefined);
    for (const event of eventsExample) expect(jobStreamEventSchema.safeParse(event).error).to.equal(undefined);
  });

  it('has jobs to begin with that are accepted as they are', async () => {
    await api().directory.write('books/one.txt', 'a whale\n');
    for (const example of Object.values(submitExamples)) {
      expect((await api().submit(example)).status, example.name).to.equal(202);
    }
  });

  it('describes every field of a job that may be sent', async () => {
    const { properties } = (await read()).components.schemas.JobRequest;
    const bare = Object.entries<{ description?: string }>(properties).filter(([, field]) => !field.description);
    expect(bare.map(([name]) => name)).to.deep.equal([]);
  });

  it('names the schema of the data of every event', async () => {
    const document = await read();
    const { content } = document.paths['/api/v1/jobs/{job_id}/events'].get.responses['200'];
    const events = content['text/event-stream'].schema['x-events'];
    expect(events).to.have.all.keys(['status', 'progress', 'task', 'log', 'done']);
    expect(events.task).to.deep.equal({ $ref: '#/components/schemas/TaskEvent' });
  });

  it('refers only to what it has', async () => {
    const document = await read();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(match => match[1] ?? '');
    expect(references).to.include('#/components/schemas/Job').and.to.include('#/components/schemas/Problem');
    for (const reference of references) {
      expect(reference).to.match(/^#\/components\/schemas\/\w+$/);
      expect(document.components.schemas).to.have.property(reference.split('/').at(-1) ?? '');
    }
    expect(JSON.stringify(document)).not.to.include('$defs');
  });

  it('names the schemas that clients know', async () => {
    const { schemas } = (await read()).components;
    const names = [
      'JobRequest',
      'SubmittedJob',
      'Job',
      'JobPage',
      'JobStatus',
      'Task',
      'TaskPage',
      'Problem',
      'Health',
    ];
    expect(schemas).to.include.all.keys(names);
    expect(schemas.JobRequest.additionalProperties).to.equal(false);
    expect(schemas.Job).not.to.have.property('additionalProperties');
  });

  it('has every parameter of every path, a body where one is read, and an id and a summary for each operation', async () => {
    const all = await operations();
    for (const { path, method, operation } of all) {
      const inPath = operation.parameters.filter(parameter => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).to.deep.equal(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).to.equal(true);
      expect(operation.summary, path).to.match(/\w/);
      const readsBody = withBody.includes(operation.operationId);
      expect('requestBody' in operation, `${method} ${path}`).to.equal(readsBody);
    }
    expect(new Set(all.map(({ operation }) => operation.operationId))).to.have.lengthOf(all.length);
    const list = all.find(({ operation }) => operation.operationId === 'listJobs');
    expect(list?.operation.parameters.map(({ name }) => name)).to.include.members([
      'limit',
      'cursor',
      'status',
      'name',
    ]);
    const submit = all.find(({ operation }) => operation.operationId === 'submitJob');
    expect(submit?.operation.parameters).to.deep.include.members([
      { ...submit?.operation.parameters[0], name: 'idempotency-key', in: 'header', required: false },
    ]);
  });

  it('says which operations need a key, and how it may be sent', async () => {
    const { securitySchemes } = (await read()).components;
    expect(Object.keys(securitySchemes)).to.deep.equal(['bearer', 'apiKey', 'session']);
    const open = (await operations()).filter(({ operation }) => operation.security.length === 0);
    expect(open.map(({ operation }) => operation.operationId)).to.have.members([
      'openSession',
      'readLiveness',
      'readReadiness',
      'readHealth',
      'browseApi',
      'readPageFile',
      'readOpenApi',
    ]);
  });

  it('describes each answer of each operation, and problems as problem documents under their status', async () => {
    for (const { path, operation } of await operations()) {
      expect(
        Object.keys(operation.responses).some(status => status.startsWith('2')),
        path,
      ).to.equal(true);
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(description).to.match(/\w/);
        const named = [...description.matchAll(/`(\w+)`:/g)].map(match => match[1] as keyof typeof problemKinds);
        const codes = named.filter(code => code in problemKinds);
        for (const code of codes) expect(problemKinds[code].status).to.equal(Number(status));
        const types = Object.keys(content ?? {});
        const isEmpty = status === '204' || status === '304';
        expect(types.length === 0, `${path} ${status}`).to.equal(isEmpty);
        if (codes.length > 0) expect(types).to.deep.equal(['application/problem+json']);
      }
    }
  });
});
