/** Puts the route table into an Express app: access and validation before each handler, 405 for methods that a path does not have. */
import { type ProblemCode, RequestError } from '@gridmr/contracts';
import type { Express, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { admit } from './access/admit.js';
import { callerOf } from './access/caller.js';
import { groupBy } from './group-by.js';
import { parseInput } from './parse-input.js';
import { readJsonBody, readOptionalJsonBody } from './read-json-body.js';
import type { Answer, Route } from './route.js';

export function mountRoutes(app: Express, table: readonly Route[]): void {
  for (const [path, rows] of groupBy(table, row => row.path)) {
    const mounted = app.route(expressPath(path));
    for (const row of rows) {
      const body = row.body === undefined ? [] : row.bodyIsOptional ? readOptionalJsonBody : readJsonBody;
      mounted[row.method](admit(row.access), refuseUnknownNames(row), ...body, handle(row));
    }
    mounted.all(refuseMethod(allowedMethods(rows)));
  }
}

/** `/jobs/{job_id}` → `/jobs/:job_id`. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function allowedMethods(rows: readonly Route[]): string {
  const methods = rows.flatMap(row => (row.method === 'get' ? ['GET', 'HEAD'] : [row.method.toUpperCase()]));
  return [...methods, 'OPTIONS'].join(', ');
}

/** A path parameter of the wrong form names nothing: that is known before the body is read. */
function refuseUnknownNames(row: Route): RequestHandler {
  return (request, _response, next) => {
    if (row.params?.safeParse(request.params).success === false) {
      throw new RequestError('not_found', `There is nothing at ${request.path}`);
    }
    next();
  };
}

function handle(row: Route): RequestHandler {
  return async (request, response) => {
    const answer = await row.handle({
      params: parse(row.params, request.params),
      query: parse(row.query, request.query),
      headers: parse(row.headers, request.headers),
      body: row.body === undefined ? undefined : parseInput(row.body, request.body),
      caller: callerOf(response),
      request,
      response,
    });
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
