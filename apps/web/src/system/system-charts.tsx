/** Charts of the system's last hour. */
import type { SystemSample } from '@gridmr/contracts';
import { useMemo } from 'react';
import { bytesText, countText } from '../parts/amounts.js';
import { Chart, type ChartSeries } from '../parts/chart.js';

const bytesPerMb = 1024 * 1024;

interface ChartOf {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly read: readonly ((sample: SystemSample) => number)[];
  readonly yText: (value: number) => string;
}

const wholeText = (value: number) => (Number.isInteger(value) ? countText(value) : '');
const percentText = (value: number) => `${Math.round(value)} %`;
const msText = (value: number) => `${Math.round(value)} ms`;

const charts: readonly ChartOf[] = [
  {
    title: 'Tasks',
    series: [
      { label: 'running', colour: '--running' },
      { label: 'waiting in the queue', colour: '--cancelled' },
      { label: 'slots', colour: '--completed' },
    ],
    read: [sample => sample.tasks_running, sample => sample.tasks_waiting, sample => sample.slots],
    yText: wholeText,
  },
  {
    title: 'Jobs',
    series: [
      { label: 'running', colour: '--running' },
      { label: 'queued', colour: '--cancelled' },
    ],
    read: [sample => sample.jobs_running, sample => sample.jobs_queued],
    yText: wholeText,
  },
  {
    title: 'Processors',
    series: [
      { label: 'workers', colour: '--running' },
      { label: 'API', colour: '--lost' },
    ],
    read: [sample => sample.workers_cpu_percent, sample => sample.api_cpu_percent],
    yText: percentText,
  },
  {
    title: 'Memory',
    series: [
      { label: 'workers', colour: '--running' },
      { label: 'API', colour: '--lost' },
      { label: 'Redis', colour: '--cancelled' },
    ],
    read: [
      sample => sample.workers_rss_mb * bytesPerMb,
      sample => sample.api_rss_bytes,
      sample => sample.redis_memory_bytes,
    ],
    yText: bytesText,
  },
  {
    title: 'Free storage',
    series: [{ label: 'free', colour: '--completed' }],
    read: [sample => sample.storage_free_bytes],
    yText: bytesText,
  },
  {
    title: 'Delay of the API',
    series: [{ label: 'delay', colour: '--lost' }],
    read: [sample => sample.api_loop_lag_ms],
    yText: msText,
  },
];

export function SystemCharts({ samples }: { readonly samples: readonly SystemSample[] }) {
  return (
    <div className="charts">
      {charts.map(chart => (
        <SystemChart key={chart.title} chart={chart} samples={samples} />
      ))}
    </div>
  );
}

interface SystemChartProps {
  readonly chart: ChartOf;
  readonly samples: readonly SystemSample[];
}

function SystemChart({ chart: { title, series, read, yText }, samples }: SystemChartProps) {
  const data = useMemo(
    () =>
      [samples.map(({ at }) => Date.parse(at) / 1000), ...read.map(pick => samples.map(pick))] as [
        number[],
        ...number[][],
      ],
    [samples, read],
  );
  const last = samples.at(-1);
  const words =
    last === undefined
      ? 'nothing yet'
      : series.map(({ label }, i) => `${label} ${yText(read[i]?.(last) ?? 0)}`).join(', ');
  return (
    <Chart
      title={title}
      words={`now ${words}`}
      data={data}
      series={series}
      yText={yText}
      isBytes={yText === bytesText}
      isTime
    />
  );
}
