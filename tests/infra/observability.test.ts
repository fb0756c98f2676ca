/** Alerts and the dashboard of Grafana ask for metrics that the API really serves, with labels that these have. */
import { GridmrClient } from '@gridmr/client';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';
import { readText, readYaml } from './repository-files.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}
interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Made by Prometheus itself. */
const ofPrometheus = ['up'];
/** Words of PromQL that look like metrics. */
const functions = new Set(['histogram_quantile', 'group_left']);

async function rules(): Promise<Rule[]> {
  const [file] = await readYaml('infra/compose/observability/alerts.yaml');
  return (file as { groups: { rules: Rule[] }[] }).groups.flatMap(group => group.rules);
}

async function panels(): Promise<Panel[]> {
  const dashboard = JSON.parse(await readText('infra/compose/observability/grafana/dashboards/gridmr.json'));
  return (dashboard as { panels: Panel[] }).panels.filter(({ type }) => type !== 'row');
}

/** Names of metrics in an expression of PromQL, each with the labels that are asked of it or by which it is grouped. */
function metricsIn(expression: string): { name: string; labels: string[] }[] {
  const grouped = [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map(label => label.trim()),
  );
  const bare = expression.replace(/\b(by|on|ignoring|without)\s*\([^)]*\)/g, ' ').replace(/\[[^\]]*\]/g, '');
  return [...bare.matchAll(/([a-z_][a-z0-9_]*)\s*(?:\{([^}]*)\})?/gi)]
    .map(([, name = '', selector = '']) => ({
      name,
      labels: [...[...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label), ...grouped],
    }))
    .filter(({ name }) => !functions.has(name) && (name.includes('_') || ofPrometheus.includes(name)));
}

describe('infra/compose/observability', function () {
  this.timeout(60_000);
  let text: string;
  let types: Map<string, string>;

  before(async () => {
    await using stack = await RunningStack.start({ workers: 1 });
    await stack.directory.write('in.txt', 'a\nb\n');
    const job = await stack.run({
      name: 'two lines',
      input_file: 'in.txt',
      map_function: 'line => [[line, 1]]',
      reduce_function: '(key, values) => [key, values.reduce((a, b) => a + b, 0)]',
    });
    expect(job.status).to.equal('completed');
    await new GridmrClient({ baseUrl: stack.url }).listJobs();
    text = await (await fetch(`${stack.url}/metrics`)).text();
    types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  });

  /** Labels of a series that is there, or undefined if there is no such metric. */
  function labelsOf(name: string): string[] | undefined {
    const family = types.get(name) ?? types.get(name.replace(/_(bucket|count|sum)$/, ''));
    if (family === undefined) return undefined;
    const series = [...text.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? `, 'gm'))].map(([, labels = '']) => labels);
    return series.flatMap(labels => [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label));
  }

  function expectServed(what: string, expression: string): void {
    const found = metricsIn(expression);
    expect(found, what).to.not.have.length(0);
    for (const { name, labels } of found) {
      if (ofPrometheus.includes(name)) continue;
      const served = labelsOf(name);
      expect(served, `${what}: ${name}`).to.not.equal(undefined);
      // Prometheus adds these to every series.
      const known = [...(served ?? []), 'job', 'instance'];
      expect(
        labels.filter(label => !known.includes(label)),
        `${what}: labels of ${name}`,
      ).to.deep.equal([]);
    }
  }

  it('has alerts on metrics that are served', async () => {
    for (const rule of await rules()) expectServed(rule.alert, rule.expr);
  });

  it('has a dashboard of metrics that are served', async () => {
    const all = await panels();
    expect(all.length).to.be.greaterThan(15);
    for (const { title, targets = [] } of all) {
      for (const { expr } of targets) expectServed(title, expr.replaceAll('$__rate_interval', '5m'));
    }
  });

  it('finds a metric that nobody serves, and a label that it does not have', () => {
    expect(() => expectServed('planted', 'rate(gridmr_nothing_total[5m])')).to.throw('gridmr_nothing_total');
    expect(() => expectServed('planted', 'sum by (job_id) (gridmr_jobs)')).to.throw('labels of gridmr_jobs');
  });

  it('explains every alert in docs/operating.md, and says how urgent it is', async () => {
    const guide = await readText('docs/operating.md');
    for (const { alert, labels, annotations } of await rules()) {
      expect(guide, alert).to.include(`| \`${alert}\` |`);
      expect(labels.severity, alert).to.be.oneOf(['critical', 'warning', 'info']);
      expect(Object.keys(annotations), alert).to.deep.equal(['summary']);
      expect(annotations.summary, alert).to.match(/\.$/);
    }
  });

  it('watches Redis by the limit that it has', async () => {
    const megabytes = /^maxmemory (\d+)mb$/m.exec(await readText('infra/compose/redis.conf'))?.[1];
    const full = (await rules()).find(({ alert }) => alert === 'GridmrRedisFull');
    expect(full?.expr).to.include(`${megabytes} * 1024 * 1024`);
  });
});
