/** All workers, live: what they do, how busy they are, how fast they are together. */
import { useEffect, useMemo } from 'react';
import { generalFeed } from '../live/general-feed.js';
import { useStore } from '../live/store.js';
import { bytesText } from '../parts/amounts.js';
import { Chart } from '../parts/chart.js';
import { Figures } from '../parts/figures.js';
import { Section } from '../parts/section.js';
import { workerHistory } from './worker-rates.js';
import { WorkerTable } from './worker-table.js';

export function WorkersPage() {
  const workers = useStore(generalFeed.workers);
  const { series, perWorker } = useStore(workerHistory.state);
  useEffect(() => workerHistory.listen(), []);
  return (
    <>
      <h1>Workers</h1>
      {workers === undefined ? (
        <p className="quiet">Waiting for news of the workers…</p>
      ) : (
        <>
          <Totals workers={workers} rates={perWorker} />
          <WorkerTable workers={workers} rates={perWorker} />
        </>
      )}
      <Section title="Since you opened the dashboard">
        <Charts series={series} />
      </Section>
    </>
  );
}

interface TotalsProps {
  readonly workers: NonNullable<typeof generalFeed.workers.value>;
  readonly rates: ReadonlyMap<string, number>;
}

function Totals({ workers, rates }: TotalsProps) {
  const alive = workers.filter(({ state }) => state !== 'lost');
  const total = (pick: (worker: (typeof alive)[number]) => number) => alive.reduce((sum, each) => sum + pick(each), 0);
  const figures = [
    { name: 'Workers', text: String(alive.length) },
    { name: 'Lost', text: String(workers.length - alive.length) },
    { name: 'Slots at work', text: `${total(({ active_tasks }) => active_tasks)} of ${total(({ slots }) => slots)}` },
    { name: 'Processors', text: `${Math.round(total(({ cpu_percent }) => cpu_percent))} %` },
    { name: 'Tasks', text: `${total(({ worker_id }) => rates.get(worker_id) ?? 0).toFixed(1)}/s` },
  ];
  return <Figures figures={figures} />;
}

const rateSeries = [{ label: 'tasks per second', colour: '--accent' }];
const cpuSeries = [{ label: 'percent of one core', colour: '--running' }];
const memorySeries = [{ label: 'memory', colour: '--completed' }];

function Charts({ series: [times, rates, cpu, memory] }: { readonly series: typeof workerHistory.state.value.series }) {
  const data = useMemo(
    () => [rates, cpu, memory].map(values => [times, values] as [number[], (number | null)[]]),
    [times, rates, cpu, memory],
  );
  const last = (values: readonly (number | null)[] | undefined) => values?.at(-1) ?? 0;
  return (
    <div className="charts">
      <Chart
        title="Tasks per second"
        words={`${last(rates).toFixed(1)} now`}
        data={data[0] ?? none}
        series={rateSeries}
        isTime
      />
      <Chart
        title="Processors"
        words={`${Math.round(last(cpu))} % of one core now`}
        data={data[1] ?? none}
        series={cpuSeries}
        yText={percentText}
        isTime
      />
      <Chart
        title="Memory"
        words={`${bytesText(last(memory))} now`}
        data={data[2] ?? none}
        series={memorySeries}
        yText={bytesText}
        isBytes
        isTime
      />
    </div>
  );
}

const none: [number[], number[]] = [[], []];
const percentText = (percent: number) => `${percent} %`;
