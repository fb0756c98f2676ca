/** How fast the job is, how long its tasks take, and how evenly its keys are spread. */
import type { Durations, JobMetrics } from '@gridmr/contracts';
import { memo, useMemo } from 'react';
import type { TaskAttempt } from '../live/job-attempts.js';
import { bytesText, countText, durationText } from '../parts/amounts.js';
import { Chart } from '../parts/chart.js';
import { Figures } from '../parts/figures.js';
import { completionRates } from './completion-rates.js';

interface JobChartsProps {
  readonly metrics: JobMetrics;
  readonly attempts: readonly TaskAttempt[];
}

export const JobCharts = memo(function JobCharts({ metrics, attempts }: JobChartsProps) {
  const { throughput, tasks, partitions } = metrics;
  const rates = useMemo(() => completionRates(attempts), [attempts]);
  const figures = [
    ['Read', throughput && `${bytesText(throughput.input_bytes_per_second)}/s`],
    ['Records', throughput && `${countText(Math.round(throughput.input_records_per_second))}/s`],
    ['Written', throughput && `${bytesText(throughput.output_bytes_per_second)}/s`],
    ['Skew of partitions', partitions && `${partitions.input_bytes.skew.toFixed(2)} × the mean`],
    ...metrics.phases.map(({ phase, seconds }) => [`Phase ${phase}`, durationText(seconds * 1000)]),
  ] as const;
  return (
    <>
      <Figures figures={figures.map(([name, text]) => ({ name: name ?? '', text: text ?? '–' }))} />
      <div className="charts">
        {rates === undefined ? null : (
          <Chart
            title="Tasks completed per second"
            words={`${countText(rates.total)} tasks in ${durationText(rates.spanMs)}, at most ${rates.most.toFixed(1)} per second`}
            data={rates.data}
            series={rateSeries}
            xText={secondsText}
          />
        )}
        <DurationChart kind="map" durations={tasks.map} />
        <DurationChart kind="reduce" durations={tasks.reduce} />
        {partitions === null ? null : <PartitionChart partitions={partitions} />}
      </div>
    </>
  );
});

const rateSeries = [{ label: 'tasks per second', colour: '--accent' }];
const taskSeries = [{ label: 'tasks', colour: '--accent', isBars: true }];
const inputSeries = [{ label: 'input', colour: '--accent', isBars: true }];
const secondsText = (seconds: number) => `${seconds} s`;

function DurationChart({ kind, durations }: { readonly kind: string; readonly durations: Durations }) {
  const { seconds, histogram } = durations;
  const data = useMemo(() => {
    const first = histogram.findIndex(({ tasks }) => tasks > 0);
    const last = histogram.findLastIndex(({ tasks }) => tasks > 0);
    // One empty range on both sides shows that there is nothing more.
    const shown = [...histogram.entries()].slice(Math.max(0, first - 1), last + 2);
    return [shown.map(([i]) => i), shown.map(([, { tasks }]) => tasks)] as [number[], number[]];
  }, [histogram]);
  if (seconds === null) return null;
  const text = (value: number) => durationText(value * 1000);
  return (
    <Chart
      title={`How long ${kind} tasks took`}
      words={`half of them up to ${text(seconds.p50)}, 99 of 100 up to ${text(seconds.p99)}, the longest ${text(seconds.max)}`}
      data={data}
      series={taskSeries}
      xText={i => rangeText(histogram, i)}
      yText={wholeText}
    />
  );
}

function rangeText(histogram: Durations['histogram'], i: number): string {
  const range = histogram[i];
  if (range === undefined) return '';
  if (range.up_to_seconds !== null) return `≤ ${durationText(range.up_to_seconds * 1000)}`;
  return `> ${durationText((histogram[i - 1]?.up_to_seconds ?? 0) * 1000)}`;
}

function wholeText(value: number): string {
  return Number.isInteger(value) ? countText(value) : '';
}

function PartitionChart({ partitions }: { readonly partitions: NonNullable<JobMetrics['partitions']> }) {
  const { listed, known, input_bytes } = partitions;
  const data = useMemo(
    () =>
      [listed.map(({ partition }) => partition), listed.map(figures => figures.input_bytes)] as [number[], number[]],
    [listed],
  );
  return (
    <Chart
      title="Input of each partition"
      words={`${known} partitions, ${bytesText(input_bytes.mean)} on average, the greatest ${bytesText(input_bytes.max)}`}
      data={data}
      series={inputSeries}
      xText={String}
      yText={bytesText}
      isBytes
    />
  );
}
