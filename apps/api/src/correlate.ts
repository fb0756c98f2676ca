/**
 * What a request's log lines can be found by: its own id, that of its trace, its job. A request that changes something has a trace id in any case, which is
 * that of the job it asks for, in the logs of workers too; it has a span if this process traces. Reads have one only if the caller traces them: looking at a
 * job every second must not make a trace every second.
 */
import { randomBytes } from 'node:crypto';
import { headers, parseTraceParent, type TraceParent } from '@gridmr/contracts';
import type { LogFields, Logger, Span, Tracing } from '@gridmr/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { requestIdOf } from './request-id.js';

const reads: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const traceIdBytes = 16;
const worstStatusNotOurFault = 499;

/** Where what a request begins belongs. */
export interface RequestTrace {
  readonly traceId: string;
  /** Undefined where nobody traces. */
  readonly parent: TraceParent | undefined;
}

/** What is known of the request that is answered by this response. */
interface Known {
  trace?: RequestTrace;
  jobId?: string;
}

/** Of what nobody traces. */
export function newTrace(): RequestTrace {
  return { traceId: randomBytes(traceIdBytes).toString('hex'), parent: undefined };
}

export function traceRequests(tracing: Tracing): RequestHandler {
  return (request, response, next) => {
    const given = parseTraceParent(request.get(headers.traceParent));
    const isRead = reads.includes(request.method);
    const span = isRead && given === undefined ? undefined : startSpan(tracing, request, given);
    const parent = span?.traceParent ?? given;
    if (parent !== undefined) known(response).trace = { traceId: parent.traceId, parent };
    else if (!isRead) known(response).trace = newTrace();
    if (span !== undefined) response.once('close', () => endSpan(span, request, response));
    next();
  };
}

function startSpan(tracing: Tracing, request: Request, parent: TraceParent | undefined): Span | undefined {
  const { method, path } = request;
  const attributes = { 'http.request.method': method, 'url.path': path };
  return tracing.start({ name: method, kind: 'server', parent, attributes });
}

function endSpan(span: Span, request: Request, response: Response): void {
  const { statusCode } = response;
  const route: unknown = request.route?.path;
  const { job_id } = correlation(request, response);
  span.set({
    'http.response.status_code': statusCode,
    'gridmr.request_id': requestIdOf(response),
    ...(job_id === undefined ? {} : { 'gridmr.job_id': job_id }),
    ...(typeof route === 'string' ? { 'http.route': route } : {}),
  });
  if (!response.writableFinished) span.fail('the connection was broken off');
  else if (statusCode > worstStatusNotOurFault) span.fail(`answered ${statusCode}`);
  span.end(typeof route === 'string' ? `${request.method} ${route}` : request.method);
}

/** Of a request that changes something. */
export function traceOf(response: Response): RequestTrace {
  const { trace } = known(response);
  if (trace === undefined) throw new Error('a request that changes something has no trace');
  return trace;
}

/** The job that the request has made. */
export function noteJob(response: Response, jobId: string): void {
  known(response).jobId = jobId;
}

/** The fields of its log lines. */
export function correlation(request: Request, response: Response): LogFields {
  const { trace, jobId = request.params?.job_id } = known(response);
  return {
    request_id: requestIdOf(response),
    ...(trace === undefined ? {} : { trace_id: trace.traceId }),
    ...(typeof jobId === 'string' ? { job_id: jobId } : {}),
  };
}

/** The same dependencies, with a log whose lines belong to this request. */
export function forRequest<Dependencies extends { readonly logger: Logger }>(
  dependencies: Dependencies,
  request: Request,
  response: Response,
): Dependencies {
  return { ...dependencies, logger: dependencies.logger.child(correlation(request, response)) };
}

function known(response: Response): Known {
  response.locals.known ??= {};
  return response.locals.known as Known;
}
