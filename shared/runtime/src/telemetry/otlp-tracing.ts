/** Spans by the OpenTelemetry SDK, sent in batches over OTLP/HTTP as JSON. Loaded by `startTracing` alone. */
import { type TraceParent, traceLimits } from '@gridmr/contracts';
import {
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.js';
import { waitAtMost } from '../wait-at-most.js';
import { complainTo, otlpUrl, resourceOf } from './otlp-resource.js';
import type { Span, SpanAttributes, SpanStart, TracedProcess, Tracing } from './tracing.js';

const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const;

export class OtlpTracing implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(to: { readonly endpoint: string; readonly ratio: number }, process: TracedProcess, logger: Logger) {
    complainTo(logger);
    const exporter = new OTLPTraceExporter({
      url: otlpUrl(to.endpoint, 'traces'),
      timeoutMillis: traceLimits.sendTimeoutMs,
    });
    this.#provider = new TracerProvider({
      resource: resourceOf(process),
      // Whoever asked for a trace has decided whether it is kept.
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(to.ratio) }),
      spanLimits: { attributeValueLengthLimit: traceLimits.textLengthMax },
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          maxQueueSize: traceLimits.spansWaitingMax,
          maxExportBatchSize: traceLimits.spansPerRequestMax,
          scheduledDelayMillis: traceLimits.sendEveryMs,
          exportTimeoutMillis: traceLimits.sendTimeoutMs,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('gridmr', process.version);
  }

  start({ name, kind, parent, attributes }: SpanStart): Span {
    const options = { kind: kinds[kind], attributes: { ...attributes } };
    return new OtlpSpan(this.#tracer.startSpan(name, options, contextOf(parent)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // That nobody takes them has been said; nothing more is lost by it.
    await waitAtMost(
      traceLimits.lastSendMs,
      this.#provider.shutdown().catch(() => undefined),
    );
  }
}

function contextOf(parent: TraceParent | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = parent;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

class OtlpSpan implements Span {
  readonly traceParent: TraceParent;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.#span = span;
    this.traceParent = { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes({ ...attributes });
  }

  fail(reason: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason.slice(0, traceLimits.textLengthMax) });
  }

  end(name?: string): void {
    if (name !== undefined) this.#span.updateName(name);
    this.#span.end();
  }
}
