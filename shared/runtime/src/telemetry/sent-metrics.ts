/** Metrics for who does not scrape them: the same that Prometheus is told, sent over OTLP regularly. */
import type { Logger } from '../logger.js';
import type { Settings } from '../settings.js';
import type { TracedProcess } from './tracing.js';

export interface MetricValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** Of a histogram: its name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

/** A metric with all its label values, as prom-client tells it. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly MetricValue[];
}

/** The SDK is loaded here, if there is somewhere to send metrics to. Whoever calls this disposes it. */
export async function startMetrics(
  { otlpEndpoint }: Pick<Settings, 'otlpEndpoint'>,
  process: TracedProcess,
  read: () => Promise<readonly MetricFamily[]>,
  logger: Logger,
): Promise<AsyncDisposable> {
  if (otlpEndpoint === undefined) return { [Symbol.asyncDispose]: async () => undefined };
  const { OtlpMetrics } = await import('./otlp-metrics.js');
  return new OtlpMetrics(otlpEndpoint, process, read, logger);
}
