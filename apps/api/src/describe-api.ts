/**
 * The OpenAPI 3.1 document, made from the route table and from the schemas that validate requests (JSON Schema draft
 * 2020-12, which is OpenAPI 3.1's own dialect). A schema that has an id becomes a component of that name.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type Access,
  apiPrefix,
  headers,
  type ProblemCode,
  problemKinds,
  problemSchema,
  routes,
  sessionCookie,
} from '@gridmr/contracts';
import { z } from 'zod';
import { problemMediaType } from './answer-problems.js';
import { guide } from './docs/guide.js';
import { groupBy } from './group-by.js';
import type { AnswerKind, Route } from './route.js';

type Json = Record<string, unknown>;

export interface ApiDocument extends Json {
  readonly openapi: string;
  readonly paths: Record<string, Json>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
}

/** Any one of them will do. While authentication is off, none is needed. */
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key' },
  apiKey: { type: 'apiKey', in: 'header', name: headers.apiKey, description: 'The same' },
  session: { type: 'apiKey', in: 'cookie', name: sessionCookie, description: 'A browser that has signed in' },
};

const whoMay: Readonly<Record<Access, string>> = {
  public: 'Needs no key.',
  read: 'For every key. One with the role `user` reads what is its own.',
  write: 'For keys with the roles `user` (what is its own) and `admin`.',
  scrape: 'For GRIDMR_SCRAPE_KEY and keys with the role `admin`.',
  admin: 'For keys with the role `admin`.',
};

/** Problems that any route may answer with, any that asks who calls, and any that reads a body. */
const problemsOfAll: readonly ProblemCode[] = ['internal_error'];
const problemsOfCallers: readonly ProblemCode[] = [
  'unauthorized',
  'forbidden',
  'too_many_requests',
  'database_unavailable',
];
const problemsOfBodies: readonly ProblemCode[] = ['invalid_request', 'body_too_large', 'media_type_not_supported'];

export function describeApi(table: readonly Route[], version: string): ApiDocument {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const row of table) paths[row.path] = { ...paths[row.path], [row.method]: operationOf(row, components) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'GridMR',
      version,
      description: guide,
    },
    paths,
    components: { schemas: components.schemas, securitySchemes },
  };
}

/** What the page of the document groups routes by. */
function tagOf(path: string): string {
  if (path.startsWith(routes.jobs)) return 'Jobs';
  if (path.startsWith(apiPrefix)) return 'System';
  return 'Service';
}

function operationOf(row: Route, components: Components): Json {
  return {
    operationId: row.id,
    summary: row.summary,
    tags: [tagOf(row.path)],
    description: [row.description, whoMay[row.access]].filter(text => text !== undefined).join(' '),
    security: row.access === 'public' ? [] : Object.keys(securitySchemes).map(scheme => ({ [scheme]: [] })),
    parameters: [
      ...parametersOf('path', row.params, components),
      ...parametersOf('query', row.query, components),
      ...parametersOf('header', row.headers, components),
    ],
    ...(row.body === undefined ? {} : { requestBody: bodyOf(row, row.body, components) }),
    ...(row.upload === true ? { requestBody: fileBody } : {}),
    responses: { ...answersOf(row, components), ...problemsOf(row, components) },
  };
}

function bodyOf({ examples = {}, bodyIsOptional = false }: Route, schema: z.ZodType, components: Components): Json {
  const shown = Object.entries(examples).map(([summary, value]) => [nameOf(summary), { summary, value }]);
  const content = { schema: components.describe(schema, 'input'), examples: Object.fromEntries(shown) };
  return { required: !bodyIsOptional, content: { 'application/json': content } };
}

/** `Count words` → `count-words`: names in OpenAPI have no spaces. */
function nameOf(summary: string): string {
  return summary.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

const fileBody = {
  required: true,
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
};

function parametersOf(
  place: 'path' | 'query' | 'header',
  schema: z.ZodObject | undefined,
  components: Components,
): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = components.describe(schema, 'input') as {
    properties?: Json;
    required?: string[];
  };
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: described,
  }));
}

function answersOf(row: Route, components: Components): Json {
  const described = Object.entries(row.answers).map(([status, kind]) => [status, answerOf(kind, components)]);
  return Object.fromEntries(described);
}

function answerOf(kind: AnswerKind, components: Components): Json {
  const example = kind.example === undefined ? {} : { example: kind.example };
  const streams = (kind.mediaTypes ?? []).map((type, i) => [
    type,
    { schema: streamOf(kind, components), ...(i === 0 ? example : {}) },
  ]);
  const json = kind.schema && [
    ['application/json', { schema: components.describe(kind.schema, 'output'), ...example }],
  ];
  return {
    description: kind.description,
    headers: headersOf(kind.headers),
    ...(json === undefined && streams.length === 0
      ? {}
      : { content: Object.fromEntries([...(json ?? []), ...streams]) }),
  };
}

/** OpenAPI 3.1 has no words for events: the schemas of their data are named beside the text. */
function streamOf({ events }: AnswerKind, components: Components): Json {
  if (events === undefined) return { type: 'string' };
  const described = Object.entries(events).map(([name, schema]) => [name, components.describe(schema, 'output')]);
  return { type: 'string', 'x-events': Object.fromEntries(described) };
}

function headersOf(described: Readonly<Record<string, string>> = {}): Json {
  const all = Object.entries({ ...described, [headers.requestId]: 'Of this request, as in the log' });
  return Object.fromEntries(all.map(([name, description]) => [name, { description, schema: { type: 'string' } }]));
}

/** Problems by status, each with the codes that it may carry. A status that answers otherwise too (health) is left alone. */
function problemsOf(row: Route, components: Components): Json {
  const codes = new Set([
    ...row.problems,
    ...(row.access === 'public' ? [] : problemsOfCallers),
    ...(row.body === undefined ? [] : problemsOfBodies),
    ...problemsOfAll,
  ]);
  const byStatus = groupBy(codes, code => problemKinds[code].status);
  const described = [...byStatus]
    .filter(([status]) => !(status in row.answers))
    .map(([status, some]) => [status, problemAnswer(some, components)]);
  return Object.fromEntries(described);
}

function problemAnswer(codes: readonly ProblemCode[], components: Components): Json {
  const description = codes.map(code => `\`${code}\`: ${problemKinds[code].title}`).join('. ');
  const problem: AnswerKind = { description };
  return {
    ...answerOf(problem, components),
    content: { [problemMediaType]: { schema: components.describe(problemSchema, 'output') } },
  };
}

/** Collects the schemas that others refer to. */
class Components {
  readonly schemas: Json = {};

  /** The schema itself, or a reference to its component. */
  describe(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _dialect,
      $defs: definitions = {},
      ...described
    } = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io,
      override: ({ jsonSchema }) => {
        // Answers may gain fields. Only requests are closed.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    });
    for (const [name, definition] of Object.entries(definitions)) this.#add(componentName(name), definition);
    return withReferences(described) as Json;
  }

  #add(name: string, definition: unknown): void {
    const described = withReferences(definition);
    if (name in this.schemas && !isDeepStrictEqual(this.schemas[name], described)) {
      throw new Error(`two different schemas have the id ${name}`);
    }
    this.schemas[name] = described;
  }
}

/** The one recursive schema without an id is `z.json()`. */
function componentName(definition: string): string {
  return definition === '__schema0' ? 'JsonValue' : definition;
}

/** A copy in which `#/$defs/Job` reads `#/components/schemas/Job`. */
function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]) => [
    name,
    name === '$ref' && typeof inner === 'string' ? componentReference(inner) : withReferences(inner),
  ]);
  return Object.fromEntries(fields);
}

function componentReference(reference: string): string {
  return `#/components/schemas/${componentName(reference.replace('#/$defs/', ''))}`;
}
