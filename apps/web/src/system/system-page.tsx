/** The whole system, live, with its last hour. */
import { routes, type SystemMetrics } from '@gridmr/contracts';
import { useStore } from '../live/store.js';
import { useOwned } from '../live/use-owned.js';
import { bytesText, countText, durationText } from '../parts/amounts.js';
import { Figures } from '../parts/figures.js';
import { Section } from '../parts/section.js';
import { Trouble } from '../parts/trouble.js';
import { sessionKeeper } from '../session/session-keeper.js';
import { QueueTable } from './queue-table.js';
import { SystemCharts } from './system-charts.js';
import { SystemHistory } from './system-history.js';

export function SystemPage() {
  const history = useOwned(() => new SystemHistory(), 'system');
  return (
    <>
      <h1>System</h1>
      {history === undefined ? null : <Live history={history} />}
    </>
  );
}

function Live({ history }: { readonly history: SystemHistory }) {
  const { samples, now, trouble } = useStore(history.state);
  const { session } = useStore(sessionKeeper.state);
  if (now === undefined) return <Trouble message={trouble} />;
  return (
    <>
      <Trouble message={trouble} />
      <Figures figures={figuresOf(now)} />
      <Section title="Queues">
        <QueueTable queues={now.queues} />
        <p className="links">
          {session?.role === 'admin' ? <a href={routes.queueBoard}>Look into the queues (Bull Board)</a> : null}
          <a href={routes.docs}>API documentation</a>
          <a href={routes.metrics}>Metrics for Prometheus</a>
        </p>
      </Section>
      <Section title="The last hour">
        <SystemCharts samples={samples} />
      </Section>
    </>
  );
}

function figuresOf({ jobs, tasks, workers, redis, storage, api }: SystemMetrics) {
  return [
    { name: 'Jobs running', text: countText(jobs.running) },
    { name: 'Jobs queued', text: countText(jobs.queued) },
    { name: 'Tasks running', text: countText(tasks.running) },
    { name: 'Tasks pending', text: countText(tasks.pending) },
    {
      name: 'Workers',
      text: workers === null ? 'unknown' : `${workers.total}${workers.lost > 0 ? `, ${workers.lost} lost` : ''}`,
    },
    { name: 'Slots at work', text: workers === null ? 'unknown' : `${workers.active_tasks} of ${workers.slots}` },
    { name: 'Redis', text: redis === null ? 'does not answer' : `${redis.version}, ${memoryText(redis)}` },
    {
      name: 'Storage',
      text:
        storage === null
          ? 'does not answer'
          : `${bytesText(storage.free_bytes)} free of ${bytesText(storage.total_bytes)}`,
    },
    { name: 'API', text: `${bytesText(api.rss_bytes)}, up ${durationText(api.uptime_seconds * 1000)}` },
    { name: 'Listeners', text: countText(api.listeners) },
  ];
}

function memoryText({ memory_bytes, memory_max_bytes }: NonNullable<SystemMetrics['redis']>): string {
  return memory_max_bytes === 0
    ? bytesText(memory_bytes)
    : `${bytesText(memory_bytes)} of ${bytesText(memory_max_bytes)}`;
}
