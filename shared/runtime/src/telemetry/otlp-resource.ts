/** Where what is sent over OTLP goes, whom it tells of, and what is said when nobody takes it. */
import { traceLimits } from '@gridmr/contracts';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Logger } from '../logger.js';
import type { TracedProcess } from './tracing.js';

/** `OTEL_EXPORTER_OTLP_ENDPOINT` names what signals have in common. */
export function otlpUrl(endpoint: string, signal: 'traces' | 'metrics'): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
}

/** `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` of the environment go before what is known here. */
export function resourceOf({ service, instance, version }: TracedProcess): Resource {
  return resourceFromAttributes({
    'service.namespace': 'gridmr',
    'service.name': `gridmr-${service}`,
    'service.instance.id': instance,
    'service.version': version,
  }).merge(detectResources({ detectors: [envDetector] }));
}

/** A collector that is away costs what it was to be told, and a line a minute. */
export function complainTo(logger: Logger): void {
  let lastMs = Number.NEGATIVE_INFINITY;
  const complain = (reason: string) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < traceLimits.complaintEveryMs) return;
    lastMs = nowMs;
    logger.warn('telemetry could not be sent; see OTEL_EXPORTER_OTLP_ENDPOINT', { reason });
  };
  const none = () => undefined;
  const sink = { error: complain, warn: complain, info: none, debug: none, verbose: none };
  diag.setLogger(sink, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
