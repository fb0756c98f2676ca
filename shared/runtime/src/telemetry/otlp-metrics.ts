/** Sends metrics by the OpenTelemetry SDK over OTLP/HTTP as JSON. Loaded by `startMetrics` alone. */
import { traceLimits } from '@gridmr/contracts';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  type CollectionResult,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { Logger } from '../logger.js';
import { waitAtMost } from '../wait-at-most.js';
import { metricData } from './metric-data.js';
import { complainTo, otlpUrl, resourceOf } from './otlp-resource.js';
import type { MetricFamily } from './sent-metrics.js';
import type { TracedProcess } from './tracing.js';

export class OtlpMetrics implements AsyncDisposable {
  readonly #provider: MeterProvider;

  constructor(endpoint: string, process: TracedProcess, read: () => Promise<readonly MetricFamily[]>, logger: Logger) {
    complainTo(logger);
    const resource = resourceOf(process);
    const startMs = Date.now();
    const producer: MetricProducer = {
      collect: async () => collected(resource, await read(), startMs),
    };
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({
        url: otlpUrl(endpoint, 'metrics'),
        timeoutMillis: traceLimits.sendTimeoutMs,
      }),
      exportIntervalMillis: traceLimits.metricsEveryMs,
      exportTimeoutMillis: traceLimits.sendTimeoutMs,
      metricProducers: [producer],
    });
    this.#provider = new MeterProvider({ resource, readers: [reader] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // That nobody takes them has been said; nothing more is lost by it.
    await waitAtMost(
      traceLimits.lastSendMs,
      this.#provider.shutdown().catch(() => undefined),
    );
  }
}

function collected(
  resource: CollectionResult['resourceMetrics']['resource'],
  families: readonly MetricFamily[],
  startMs: number,
): CollectionResult {
  const metrics: MetricData[] = families.flatMap(family => metricData(family, startMs, Date.now()));
  return { resourceMetrics: { resource, scopeMetrics: [{ scope: { name: 'gridmr' }, metrics }] }, errors: [] };
}
