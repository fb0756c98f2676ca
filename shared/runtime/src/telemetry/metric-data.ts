/**
 * One metric of prom-client as OpenTelemetry has it. Counters and gauges are the same in both; of a histogram, prom-client tells how many values lie
 * up to each end, and OpenTelemetry wants how many lie between two: `[(1, 3), (2, 5), (+Inf, 6)]` becomes ends `[1, 2]`, counts `[3, 2, 1]`.
 */
import { type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricFamily, MetricValue } from './sent-metrics.js';

const secondMs = 1000;
const nanosecondsPerMs = 1_000_000;

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** None of a kind that OpenTelemetry has not. */
export function metricData(family: MetricFamily, startMs: number, endMs: number): MetricData[] {
  const times = { startTime: hrTime(startMs), endTime: hrTime(endMs) };
  const { name, help } = family;
  const descriptor = { name, description: help, unit: '', valueType: ValueType.DOUBLE };
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  switch (family.type) {
    case 'counter':
      return [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers(family, times) }];
    case 'gauge':
      return [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints: numbers(family, times) }];
    case 'histogram':
      return [{ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(family, times) }];
    default:
      return [];
  }
}

function numbers({ values }: MetricFamily, times: Times) {
  return values.map(({ value, labels }) => ({ ...times, attributes: withoutEnd(labels), value }));
}

function histograms({ name, values }: MetricFamily, times: Times) {
  const byLabels = new Map<string, MetricValue[]>();
  for (const value of values) {
    const key = JSON.stringify(Object.entries(withoutEnd(value.labels)).sort());
    byLabels.set(key, [...(byLabels.get(key) ?? []), value]);
  }
  return [...byLabels.values()].map(group => ({
    ...times,
    attributes: withoutEnd(group[0]?.labels ?? {}),
    value: histogram(name, group),
  }));
}

function histogram(name: string, values: readonly MetricValue[]) {
  const find = (end: string) => values.find(({ metricName }) => metricName === `${name}${end}`)?.value ?? 0;
  const buckets = values.filter(({ metricName }) => metricName === `${name}_bucket`);
  const counts = buckets.map(({ value }, i) => value - (buckets[i - 1]?.value ?? 0));
  const boundaries = buckets.map(({ labels }) => Number(labels.le)).filter(Number.isFinite);
  return { buckets: { boundaries, counts }, sum: find('_sum'), count: find('_count') };
}

function withoutEnd({ le: _, ...labels }: MetricValue['labels']): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / secondMs), Math.round((ms % secondMs) * nanosecondsPerMs)];
}
