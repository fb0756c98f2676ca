/**
 * One row of the route table. The same row validates requests, routes them, and describes them in the OpenAPI document,
 * so the three cannot disagree.
 */
import type { Access, AuditAction, ProblemCode } from '@gridmr/contracts';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller } from './access/caller.js';

const nothing = z.object({});
type Nothing = typeof nothing;

/** A request after validation. `request` and `response` are for what no schema describes: streams, raw bodies. */
export interface Call<Params, Query, Headers, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  /** Who asks, and may. */
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

export interface Answer {
  readonly status: number;
  /** Undefined for none. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What was made, for the audit log. */
  readonly target?: string;
}

/** One successful (or, for health, unsuccessful) answer, for the document. */
export interface AnswerKind {
  readonly description: string;
  /** Of a JSON answer. A stream has media types instead. */
  readonly schema?: z.ZodType;
  readonly mediaTypes?: readonly string[];
  /** Of a stream of events: their data, by name. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
  /** What it may look like: JSON by the schema, or the text of a stream. */
  readonly example?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteSpec<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Headers extends z.ZodObject,
  Body extends z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/jobs/{job_id}`. A last `{path}` stands for any number of names. */
  readonly path: string;
  readonly id: string;
  /** Which callers may: enforced by `access/admit.ts` before anything else is looked at. */
  readonly access: Access;
  /** What the audit log calls it: every route that changes something has one. Its target is the answer's, else the first name in the path. */
  readonly audit?: AuditAction;
  readonly summary: string;
  readonly description?: string;
  /** A path whose parameters do not match names nothing: 404. */
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: Headers;
  readonly body?: Body;
  /** A request without a body is taken as `{}`. */
  readonly bodyIsOptional?: boolean;
  /** Bodies that may be sent as they are, by what they show. */
  readonly examples?: Readonly<Record<string, z.input<Body>>>;
  /** The body is bytes that the handler reads as they come. */
  readonly upload?: boolean;
  readonly answers: Readonly<Record<number, AnswerKind>>;
  readonly problems: readonly ProblemCode[];
  /** Gives an answer, or has written the response itself. */
  handle(
    call: Call<z.output<Params>, z.output<Query>, z.output<Headers>, z.output<Body>>,
  ): Answer | undefined | Promise<Answer | undefined>;
}

export type Route = RouteSpec<z.ZodObject, z.ZodObject, z.ZodObject, z.ZodType>;

/** A row of the table. Its handler's types are checked here, against its own schemas, and forgotten behind. */
export function route<
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Headers extends z.ZodObject = Nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<Params, Query, Headers, Body>): Route {
  return spec as unknown as Route;
}
