/**
 * Spans of what processes do, for OpenTelemetry. Contexts are handed on explicitly: there is no current span, and nothing is patched, so
 * that a process which does not trace has neither the SDK in its memory nor any work with it.
 */
import type { TraceParent } from '@gridmr/contracts';
import type { Logger } from '../logger.js';
import type { Settings } from '../settings.js';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  readonly name: string;
  readonly kind: 'server' | 'consumer';
  /** Undefined: a trace begins. */
  readonly parent: TraceParent | undefined;
  readonly attributes: SpanAttributes;
}

/** Whoever started it ends it. */
export interface Span {
  /** For what goes on elsewhere because of this. */
  readonly traceParent: TraceParent;
  set(attributes: SpanAttributes): void;
  /** It ends badly. */
  fail(reason: string): void;
  /** @param name by which it is known from now on */
  end(name?: string): void;
}

export interface Tracing extends AsyncDisposable {
  /** Undefined where nothing is traced. */
  start(span: SpanStart): Span | undefined;
}

export const noTracing: Tracing = {
  start: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

export interface TracedProcess {
  /** `api`, `worker` */
  readonly service: string;
  /** Unique among all that run. */
  readonly instance: string;
  readonly version: string;
}

/** The SDK is loaded here, if there is somewhere to send spans to. Whoever calls this disposes it last: that sends what waits. */
export async function startTracing(
  { otlpEndpoint, traceRatio }: Pick<Settings, 'otlpEndpoint' | 'traceRatio'>,
  process: TracedProcess,
  logger: Logger,
): Promise<Tracing> {
  if (otlpEndpoint === undefined) return noTracing;
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing({ endpoint: otlpEndpoint, ratio: traceRatio }, process, logger);
}
