/**
 * Requests of every kind to every route of the OpenAPI document: by their schemas, against them, and beyond what HTTP is used for. Whatever comes, the answer is one
 * that the document has, in time; and what is refused has changed nothing.
 */
import { gzipSync } from 'node:zlib';
import { problemSchema } from '@gridmr/contracts';
import { propertyOptions } from '@gridmr/testkit';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import fc from 'fast-check';
import type { ApiUnderTest } from './api-under-test.js';
import { ListeningApp } from './event-stream.js';
import { type RawAnswer, type RawBody, type RawRequest, send } from './raw-request.js';
import { type JsonSchema, type Schemas, valuesOf } from './schema-values.js';
import { as, withKeys } from './with-keys.js';

interface Media {
  readonly schema: JsonSchema;
  readonly examples?: Readonly<Record<string, { readonly value: object }>>;
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

/** More of them find more, for who looks for faults: `GRIDMR_FUZZ_RUNS=2000 npm test -- api -g 'bad requests'`. */
const runs = Number(process.env.GRIDMR_FUZZ_RUNS ?? 25);
const limitMs = Math.max(300_000, runs * 10_000);
/** Of all routes, whatever the document says of them: a message that HTTP itself, or the key, forbids. */
const statusesOfAll = [304, 400, 401, 403, 404, 405, 413, 429, 431];
const traversals = [
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/x',
  '/etc/passwd',
  '....//x',
  'a/../../b',
  '.gridmr/history.sqlite',
  '%00',
  '%',
  '%zz',
  'a\\..\\b',
  '%c0%ae%c0%ae/x',
];

describe('bad requests', function () {
  this.timeout(limitMs);
  const api = withKeys({ rates: { reads: 0, changes: 0 } });

  let document: Document;
  let known: Known;
  beforeEach(async () => {
    document = (await api().http.get('/openapi.json')).body;
    await api().directory.write('books/a.txt', 'to be or not to be\n');
    known = { jobId: await jobOf(api()), path: 'books/a.txt' };
  });

  it('to every route are answered as the document says, in time, and change nothing if they are refused', async () => {
    await using app = await ListeningApp.open(api().app);
    const judge = new Judge(document);
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const requests = requestsOf(document, known, path, method, operation);
        const ask = async (request: RawRequest) => {
          const before = await stateOf(api());
          const answer = await send(app.url, request);
          judge.check(operation, answer);
          if (answer.status >= 400) expectNothingDone(before, await stateOf(api()));
        };
        await fc.assert(fc.asyncProperty(requests, ask), propertyOptions(runs));
      }
    }
  });

  it('to paths and with methods that no route has are refused the same way', async () => {
    await using app = await ListeningApp.open(api().app);
    const paths = fc.oneof(
      fc.webPath({ size: 'small' }),
      fc.constantFrom(...traversals).map(path => `/${path}`),
      fc.constantFrom(...Object.keys(document.paths)),
    );
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND');
    const ask = async (path: string, method: string) => {
      const answer = await send(app.url, { method, path: visible(path), headers: as('ops'), body: () => undefined });
      expect(answer.status, answer.body.toString()).to.be.below(500);
      if (answer.status >= 400 && method !== 'HEAD') problemOf(answer);
    };
    await fc.assert(fc.asyncProperty(paths, methods, ask), propertyOptions(runs * 4));
  });
});

interface Known {
  readonly jobId: string;
  readonly path: string;
}

async function jobOf(api: ApiUnderTest): Promise<string> {
  const answer = await api.http
    .post('/api/v1/jobs')
    .set(as('ops'))
    .send({ name: 'known', input_file: 'books', map_function: 'line => [[line, 1]]' });
  return answer.body.job_id;
}

/** Records, files and messages: whatever a request may leave. What only counts requests is none of it. */
async function stateOf(api: ApiUnderTest): Promise<string[]> {
  const files: string[] = [];
  for await (const { path, bytes } of api.store.list('')) files.push(`${path} ${bytes}`);
  const { items } = await api.history.listJobs({ limit: 1000 });
  const keys = await api.history.keys.all();
  const messages = await api.redis.keys('*');
  return [
    ...files,
    ...items.map(({ job_id, status }) => `${job_id} ${status}`),
    ...keys.map(({ key_id }) => key_id),
    ...messages.filter(key => !/:rate:|:meta$|:probe$/.test(key)).sort(),
  ];
}

function expectNothingDone(before: readonly string[], after: readonly string[]): void {
  expect({
    new: after.filter(each => !before.includes(each)),
    gone: before.filter(each => !after.includes(each)),
  }).to.deep.equal({ new: [], gone: [] });
}

/** Whether answers are what the document says. */
class Judge {
  readonly #ajv: Ajv2020.default;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Document) {
    this.#ajv = new Ajv2020.default({ strict: false, allErrors: false });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'api');
  }

  check({ operationId, responses }: Operation, answer: RawAnswer): void {
    const { status, body } = answer;
    const text = body.toString();
    expect(status, text).to.not.equal(500);
    if (status === 503) problemOf(answer);
    if (status in responses || statusesOfAll.includes(status)) {
      if (status >= 400 && status !== 431 && answer.headers['content-type']?.includes('problem') !== false)
        this.#problem(answer);
    } else {
      expect.fail(`${operationId} answered ${status}, which the document does not have: ${text}`);
    }
    const [type = ''] = String(answer.headers['content-type']).split(';');
    const media = responses[String(status)]?.content?.[type];
    if (media !== undefined && type === 'application/json')
      this.#valid(media.schema, `${operationId} ${status}`, JSON.parse(text));
  }

  #problem(answer: RawAnswer): void {
    const [type] = String(answer.headers['content-type']).split(';');
    if (type === 'application/json') return; // health says what is down by 503, and has a schema of its own
    problemOf(answer);
  }

  #valid(schema: JsonSchema, name: string, value: unknown): void {
    const validate = this.#validators.get(name) ?? this.#ajv.compile(absolute(schema));
    this.#validators.set(name, validate);
    expect(validate(value), `${name}: ${this.#ajv.errorsText(validate.errors)}`).to.equal(true);
  }
}

/** The same schema, seen from outside the document. */
function absolute(schema: JsonSchema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/'));
}

function problemOf({ status, headers, body }: RawAnswer) {
  expect(String(headers['content-type']), body.toString()).to.match(/^application\/problem\+json/);
  const problem = problemSchema.parse(JSON.parse(body.toString()));
  expect(problem.status).to.equal(status);
  expect(problem.request_id).to.equal(headers['x-request-id']);
  return problem;
}

/** Characters that a request line may have; others are written as escapes, some of which are broken. */
function visible(path: string): string {
  return path.replaceAll(/[^\x21-\x7e]/gu, character => escaped(character));
}

function requestsOf(
  document: Document,
  known: Known,
  path: string,
  method: string,
  operation: Operation,
): fc.Arbitrary<RawRequest> {
  const { schemas } = document.components;
  const paths = pathsOf(path, operation, schemas, known);
  return fc
    .tuple(paths, queriesOf(operation, schemas), headersOf(operation, schemas), bodiesOf(operation, schemas))
    .map(([filled, query, headers, { content, more }]) => ({
      method: method.toUpperCase(),
      path: visible(`${filled}${query}`),
      headers: { ...as('ops'), ...more, ...headers },
      body: content,
    }));
}

function pathsOf(path: string, { parameters }: Operation, schemas: Schemas, known: Known): fc.Arbitrary<string> {
  const names = parameters.filter(each => each.in === 'path');
  const values = names.map(({ name, schema }) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(name === 'job_id' ? known.jobId : known.path) },
      {
        weight: 2,
        arbitrary: valuesOf(schema, schemas).map(value => escaped(String(value))),
      },
      { weight: 1, arbitrary: fc.constantFrom(...traversals) },
      {
        weight: 1,
        arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).map(value => escaped(value)),
      },
      { weight: 1, arbitrary: fc.constant('x'.repeat(3000)) },
    ),
  );
  return fc
    .tuple(...values)
    .map(all => names.reduce((text, { name }, i) => text.replace(`{${name}}`, () => all[i] ?? ''), path));
}

function queriesOf({ parameters }: Operation, schemas: Schemas): fc.Arbitrary<string> {
  const known = parameters
    .filter(each => each.in === 'query')
    .map(({ name, schema }) =>
      fc.tuple(
        fc.constant(name),
        fc.oneof(valuesOf(schema, schemas), fc.constantFrom('', '-1', '1e9', 'null', '../..', '9'.repeat(30))),
      ),
    );
  const unknown = fc.tuple(
    fc.constantFrom('nothing', '__proto__', 'limit', 'a[b]', 'constructor'),
    fc.string({ maxLength: 10 }),
  );
  const all =
    known.length === 0
      ? unknown
      : fc.oneof({ weight: 3, arbitrary: fc.oneof(...known) }, { weight: 1, arbitrary: unknown });
  const written = all.map(([name, value]) => `${encodeURIComponent(name)}=${escaped(String(value))}`);
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.array(written, { maxLength: 3 }).map(parts => `?${parts.join('&')}`) },
    { weight: 1, arbitrary: fc.constantFrom('?%', '?=&&=', '?a=%ff', '?limit=1&limit=2', '?limit[]=1') },
  );
}

const headerText = fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).map(text => text.trim());

function headersOf({ parameters }: Operation, schemas: Schemas): fc.Arbitrary<Record<string, string>> {
  const known = parameters
    .filter(each => each.in === 'header')
    .map(({ name, schema }) => fc.record({ [name]: fc.oneof(valuesOf(schema, schemas).map(ascii), headerText) }));
  const odd = fc.oneof(
    fc.record({
      accept: fc.oneof(headerText, fc.constantFrom('*/*', 'text/csv', 'image/png', 'application/x-ndjson;q=0', ',;=')),
    }),
    fc.record({ 'accept-encoding': fc.constantFrom('gzip', 'identity;q=0', 'br', '*;q=0', 'gzip;q=x') }),
    fc.record({
      range: fc.constantFrom(
        'bytes=0-0',
        'bytes=-1',
        'bytes=5-1',
        'bytes=x',
        'lines=1-2',
        `bytes=${'0-1,'.repeat(100)}`,
      ),
    }),
    fc.record({ 'if-none-match': fc.constantFrom('*', '""', 'W/"x"', ',') }),
    fc.record({ 'x-request-id': headerText }),
    fc.record({ 'last-event-id': headerText }),
    fc.record({ authorization: fc.oneof(headerText, fc.constantFrom('Bearer', 'Bearer  x', 'Basic eDp5')) }),
    fc.record({ cookie: fc.constantFrom('gridmr_session=x', '=;=', 'a=%', ';'.repeat(50)) }),
    fc.record({ 'content-digest': fc.constantFrom('sha-256=:x:', 'sha-256=', 'md5=:AAAA:', ',') }),
    fc.record({ 'x-forwarded-for': headerText, 'x-forwarded-proto': headerText }),
    fc.record({ expect: fc.constant('100-continue') }),
  );
  const some = known.length === 0 ? odd : fc.oneof(odd, ...known);
  return fc.oneof(fc.constant({}), fc.constant({}), some as fc.Arbitrary<Record<string, string>>);
}

/** What may stand in a header. */
function ascii(value: unknown): string {
  return String(value).replaceAll(/[^\x20-\x7e]/gu, '');
}

interface Body {
  readonly content: RawBody;
  /** Headers that say what it is, or lie. */
  readonly more: Readonly<Record<string, string>>;
}

const json = { 'content-type': 'application/json' };

function bodiesOf({ requestBody, operationId }: Operation, schemas: Schemas): fc.Arbitrary<Body> {
  const media = requestBody?.content['application/json'];
  const anything = bytesOf(operationId);
  if (media === undefined)
    return requestBody === undefined ? fc.oneof(nothing, nothing, anything) : fc.oneof(nothing, anything);
  const examples = Object.values(media.examples ?? {}).map(({ value }) => value);
  const good = examples.length === 0 ? valuesOf(media.schema, schemas) : fc.constantFrom(...examples);
  const bySchema = valuesOf(media.schema, schemas);
  const values = fc.oneof(
    { weight: 2, arbitrary: good },
    { weight: 3, arbitrary: bySchema },
    {
      weight: 4,
      arbitrary: fc
        .tuple(good, changesOf(media.schema, schemas))
        .map(([value, change]) => ({ ...(value as object), ...change })),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
  return fc.oneof(
    { weight: 6, arbitrary: values.map(value => ({ content: () => utf8(JSON.stringify(value)), more: json })) },
    { weight: 1, arbitrary: values.map(encoded) },
    {
      weight: 1,
      arbitrary: values.map(value => ({ content: () => utf8(JSON.stringify(value)).subarray(0, -2), more: json })),
    },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: nothing },
  );
}

const nothing: fc.Arbitrary<Body> = fc.constant({ content: () => undefined, more: {} });

/** One field with another value: of its schema, or of any kind. */
function changesOf({ properties = {} }: JsonSchema, schemas: Schemas): fc.Arbitrary<Record<string, unknown>> {
  const broken = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(
      ...traversals,
      '',
      -1,
      0,
      1e308,
      '\0',
      '\ud800',
      'x'.repeat(5000),
      [],
      {},
      null,
      '__proto__',
      'def f(x):\n  return x',
    ),
  );
  const changes = Object.entries(properties).map(([name, schema]) =>
    fc.oneof(broken, valuesOf(schema, schemas)).map(value => ({ [name]: value })),
  );
  const unknown = broken.map(value => ({ unknown_field: value }));
  return fc.oneof(unknown, ...changes) as fc.Arbitrary<Record<string, unknown>>;
}

/** As JSON should not be sent, or may be. */
function encoded(value: unknown): Body {
  const text = JSON.stringify(value);
  const ways: readonly Body[] = [
    { content: () => gzipSync(text), more: { ...json, 'content-encoding': 'gzip' } },
    { content: () => utf8(text), more: { ...json, 'content-encoding': 'gzip' } },
    { content: () => utf8(text), more: { ...json, 'content-encoding': 'compress' } },
    { content: () => Buffer.from(text, 'utf16le'), more: { 'content-type': 'application/json; charset=utf-16' } },
    { content: () => utf8(text), more: { 'content-type': 'text/plain' } },
    { content: () => utf8(text), more: { 'content-type': 'multipart/form-data; boundary=x' } },
    { content: () => utf8(text), more: {} },
    { content: () => utf8(`\ufeff${text}`), more: json },
  ];
  return ways[text.length % ways.length] as Body;
}

/** Bytes that are no JSON, too long, or nested too deeply. */
function bytesOf(operationId: string): fc.Arbitrary<Body> {
  const long = operationId === 'uploadFile' ? 5 * 1024 * 1024 : 1024 * 1024 + 1;
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map(bytes => ({ content: () => bytes, more: json })),
    fc.constant({ content: () => utf8('['.repeat(50_000)), more: json }),
    fc.constant({ content: () => utf8(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), more: json }),
    fc.constant({ content: () => utf8('{"a":1,"a":2,"__proto__":{"x":1}}'), more: json }),
    fc.constant({ content: () => new Uint8Array(long), more: json }),
    fc.constant({
      content: () => gzipSync(new Uint8Array(64 * 1024 * 1024)),
      more: { ...json, 'content-encoding': 'gzip' },
    }),
  );
}

/** Halves of surrogate pairs, which no URL may have, become U+FFFD. */
function escaped(text: string): string {
  return encodeURIComponent(utf8(text).toString());
}

function utf8(text: string): Buffer {
  return Buffer.from(text);
}
