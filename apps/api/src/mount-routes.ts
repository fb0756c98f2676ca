/** Puts the route table into an Express app: access and validation before each handler, 405 for methods that a path does not have. */
import { type ProblemCode, RequestError } from '@gridmr/contracts';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { AccessControl } from './access/access-control.js';
import { admit } from './access/admit.js';
import { callerOf } from './access/caller.js';
import { guardJob } from './access/own-jobs.js';
import type { ApiDependencies } from './dependencies.js';
import { groupBy } from './group-by.js';
import { parseInput } from './parse-input.js';
import { passBody, readJsonBody, readOptionalJsonBody } from './read-json-body.js';
import type { Answer, Route } from './route.js';

type MountDependencies = Pick<ApiDependencies, 'access' | 'history'>;

export function mountRoutes(app: Express, table: readonly Route[], dependencies: MountDependencies): void {
  const { access, history } = dependencies;
  for (const [path, rows] of groupBy(table, row => row.path)) {
    const mounted = app.route(expressPath(path));
    for (const row of rows) {
      const admission = [admit(access, row.access), refuseUnknownNames(row), guardJob(history)];
      mounted[row.method](...admission, ...bodyReaders(row), handle(row, access));
    }
    mounted.all(refuseMethod(allowedMethods(rows)));
  }
}

function bodyReaders({ body, bodyIsOptional, upload }: Route): readonly RequestHandler[] {
  if (upload === true) return [];
  if (body === undefined) return [passBody];
  return bodyIsOptional ? readOptionalJsonBody : readJsonBody;
}

/** `/jobs/{job_id}` → `/jobs/:job_id`, `/files/{path}` → `/files/*path`. */
export function expressPath(path: string): string {
  return path.replace(/\{path\}$/, '*path').replaceAll(/\{(\w+)\}/g, ':$1');
}

/** The names in the path, decoded; those that `*path` stands for, joined again. */
function namesIn({ params }: Request): Record<string, string> {
  const names = Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]);
  return Object.fromEntries(names);
}

function allowedMethods(rows: readonly Route[]): string {
  const methods = rows.flatMap(row => (row.method === 'get' ? ['GET', 'HEAD'] : [row.method.toUpperCase()]));
  return [...methods, 'OPTIONS'].join(', ');
}

/** A path parameter of the wrong form names nothing: that is known before the body is read. */
function refuseUnknownNames(row: Route): RequestHandler {
  return (request, _response, next) => {
    if (row.params?.safeParse(namesIn(request)).success === false) {
      throw new RequestError('not_found', `There is nothing at ${request.path}`);
    }
    next();
  };
}

function handle(row: Route, { audit }: AccessControl): RequestHandler {
  return async (request, response) => {
    const caller = callerOf(response);
    const params = parse(row.params, namesIn(request));
    const answer = await row.handle({
      params,
      query: parse(row.query, request.query),
      headers: parse(row.headers, request.headers),
      body: row.body === undefined ? undefined : parseInput(row.body, request.body),
      caller,
      request,
      response,
    });
    if (row.audit !== undefined) {
      const target = answer?.target ?? Object.values(params)[0];
      await audit.note(row.audit, target === undefined ? undefined : String(target), caller, request, response);
    }
    if (answer !== undefined) send(response, answer);
  };
}

function parse(schema: z.ZodObject | undefined, value: unknown): Record<string, unknown> {
  return schema === undefined ? {} : parseInput(schema, value);
}

function send(response: Response, answer: Answer): void {
  response.status(answer.status).set(answer.headers ?? {});
  if (answer.body === undefined) response.end();
  else response.json(answer.body);
}

function refuseMethod(allowed: string): RequestHandler {
  return (request, response) => {
    response.set('allow', allowed);
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    const code: ProblemCode = 'method_not_allowed';
    throw new RequestError(code, `${request.path} has no method ${request.method}; it has ${allowed}`);
  };
}
