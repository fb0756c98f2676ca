/**
 * How the parts of a job are found together by their trace: the header `traceparent` of W3C Trace Context, in requests, in `job.json`
 * and in messages, and which messages of a phase carry it.
 */

const secondMs = 1000;

/** What tracing may cost, whatever jobs do. */
export const traceLimits = {
  /** Messages of one phase of a job that have spans, each time the phase is queued: evenly spread, the first among them. */
  tasksPerPhaseMax: 100,
  /** Of a message that is started again and again (failed, lost, put off), the first so many starts have a span. */
  startsPerMessageMax: 4,
  /** Ended spans of a process that wait to be sent; those beyond are dropped. */
  spansWaitingMax: 4096,
  spansPerRequestMax: 512,
  sendEveryMs: 2 * secondMs,
  sendTimeoutMs: 5 * secondMs,
  /** How long a process that stops waits for its last spans to be taken. */
  lastSendMs: 3 * secondMs,
  metricsEveryMs: 15 * secondMs,
  textLengthMax: 500,
  /** That a collector takes nothing is said in the log no more often. */
  complaintEveryMs: 60 * secondMs,
} as const;

/** A span that others are begun because of. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const nothing = /^0+$/;
const sampledFlag = 1;

/** Undefined for what is no `traceparent` of version 00. */
export function parseTraceParent(text: string | undefined): TraceParent | undefined {
  const [, traceId = '', spanId = '', flags = ''] = form.exec(text ?? '') ?? [];
  if (traceId === '' || nothing.test(traceId) || nothing.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 };
}

export function formatTraceParent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/** Options of a message that carries the trace on; BullMQ's own place for it, in the form that `bullmq-otel` writes too. */
export function messageTrace(parent: TraceParent | undefined): { telemetry?: { metadata: string } } {
  if (parent === undefined) return {};
  return { telemetry: { metadata: JSON.stringify({ traceparent: formatTraceParent(parent) }) } };
}

/** What `messageTrace` gave a message, or any other producer. */
export function traceOfMessage(options: {
  readonly telemetry?: { readonly metadata?: string };
}): TraceParent | undefined {
  const metadata = options.telemetry?.metadata;
  if (metadata === undefined) return undefined;
  try {
    const { traceparent } = JSON.parse(metadata);
    return parseTraceParent(String(traceparent));
  } catch {
    return undefined;
  }
}

/** Whether the message at `position` among the `messages` of a phase is one of those that have spans. */
export function isTraced(position: number, messages: number): boolean {
  return position % Math.ceil(messages / traceLimits.tasksPerPhaseMax) === 0;
}
