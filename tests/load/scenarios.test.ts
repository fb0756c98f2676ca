/** The load tests themselves: each runs for a moment, with bars that any machine reaches, and says so when one is missed. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findOnPath } from '@gridmr/runtime';
import { TestProcess } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const unlimited = { GRIDMR_READS_PER_MINUTE: '0', GRIDMR_CHANGES_PER_MINUTE: '0' };
/** Figures that depend on the machine, and memory, which is not flat in the first seconds. */
const anyMachine = [
  'status.per_second>=1',
  'submit.per_second>=1',
  'status.p99_ms<=60000',
  'submit.p99_ms<=60000',
  'list.p99_ms<=60000',
  'small job.p95_ms<=60000',
  'process api.peak_rss_mb<=100000',
  'process api.growth_percent<=1000',
  'process worker.growth_percent<=1000',
];

interface Report {
  readonly summary: Readonly<
    Record<string, { readonly count: number; readonly errors: number; readonly p99_ms: number }>
  >;
  readonly processes: readonly { readonly name: string; readonly cpu_percent: number; readonly peak_rss_mb: number }[];
  readonly judged: readonly { readonly of: string; readonly figure: string; readonly kept: boolean }[];
}

async function loadTest(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const run = TestProcess.spawn(process.execPath, { args: ['loadtest/run-load.mjs', ...args], cwd: root });
  const { code } = await run.exited;
  if (code !== 0 && code !== 1) throw new Error(run.stdout + run.stderr);
  return { code, stdout: run.stdout + run.stderr };
}

async function reportOf(scenario: string): Promise<Report> {
  return JSON.parse(await readFile(`${root}loadtest/results/${scenario}.json`, 'utf8'));
}

describe('npm run loadtest', function () {
  this.timeout(120_000);

  let stack: RunningStack;
  before(async () => {
    stack = await RunningStack.start({ env: unlimited });
  });
  after(() => stack[Symbol.asyncDispose]());

  async function seen(scenario: string, thresholds: readonly string[], ...more: string[]) {
    const given = thresholds.flatMap(text => ['--threshold', text]);
    const { code, stdout } = await loadTest('--scenario', scenario, '--duration', '2s', ...given, ...more);
    return { code, stdout, ...(await reportOf(scenario)) };
  }

  it('submission › on a stack of its own, sees every accepted job complete', async () => {
    const { code, stdout, summary, processes } = await seen('submission', [
      'submit.per_second>=1',
      'submit.p99_ms<=60000',
    ]);
    expect(code, stdout).to.equal(0);
    expect(summary.submit?.count).to.be.greaterThan(1);
    expect(summary.all?.errors).to.equal(0);
    expect(processes.map(({ name }) => name)).to.include.members(['api', 'worker', 'queue']);
    for (const { peak_rss_mb } of processes) expect(peak_rss_mb).to.be.greaterThan(1);
    expect(stdout).to.match(/p50 ms +p95 ms +p99 ms/);
  });

  for (const scenario of ['mixed-tenants', 'soak']) {
    it(`${scenario} › on a stack that runs already, finds all outputs right`, async () => {
      const more = scenario === 'soak' ? [] : ['small job.count>=1'];
      const { code, stdout, summary } = await seen(scenario, [...relevant(scenario), ...more], '--url', stack.url);
      expect(code, stdout).to.equal(0);
      expect(summary['small job']?.count).to.be.greaterThan(0);
      expect(summary.results?.count).to.be.greaterThan(0);
      expect(summary.all?.errors).to.equal(0);
    });
  }

  it('listeners › are each told all of it, once', async () => {
    const { code, stdout, summary } = await seen('listeners', [], '--url', stack.url, '--connections', 'listen=20');
    expect(code, stdout).to.equal(0);
    expect(summary.listen?.count).to.equal(20);
  });

  it('fails on a threshold that is missed, and says which', async () => {
    const impossible = 'status.p50_ms<=0';
    const { code, stdout, judged } = await seen('status', [...relevant('status'), impossible], '--url', stack.url);
    expect(code).to.equal(1);
    expect(judged.filter(({ kept }) => !kept)).to.have.length(1);
    expect(stdout).to.match(/MISSED status p50_ms: [\d.]+, at most 0/);
  });

  it('fails when nobody answers', async () => {
    const { code, stdout } = await loadTest('--scenario', 'status', '--duration', '1s', '--url', 'http://127.0.0.1:1');
    expect(code).to.equal(1);
    expect(stdout).to.match(/status could not be prepared: .*ECONNREFUSED/);
  });

  it('scaling › writes its figures and a chart', async () => {
    const { code, stdout } = await loadTest(
      '--scenario',
      'scaling',
      '--sizes',
      '0.5',
      '--workers',
      '1',
      '--iterations',
      '1',
    );
    expect(code, stdout).to.equal(0);
    const [head, row] = (await readFile(`${root}loadtest/results/scaling.csv`, 'utf8')).split('\n');
    expect(head).to.match(/^megabytes,workers,seconds,mb_per_second,efficiency/);
    expect(row).to.match(/^0\.500,1,/);
    expect(await readFile(`${root}loadtest/results/scaling.svg`, 'utf8')).to.match(/<polyline/);
  });

  it('compute › says how much is lost to what is no task', async () => {
    const { code, stdout } = await loadTest(
      ...['--scenario', 'compute', '--workers', '1', '--iterations', '1', '--turns', '100000'],
    );
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/^kept +compute efficiency: 1, at least 0.925$/m);
    const { rows } = JSON.parse(await readFile(`${root}loadtest/results/compute.json`, 'utf8'));
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({ workers: 1, times_as_fast: 1 });
    expect(rows[0].worker_cpu_s).to.be.greaterThan(0);
  });

  it('many-workers › says what they cost a native Redis', async function () {
    // An embedded one has other costs, and no figures of them.
    if ((await findOnPath(['redis-server', 'valkey-server'])) === undefined) this.skip();
    const args = ['--scenario', 'many-workers', '--workers', '8', '--tasks', '200', '--duration', '1s'];
    const { code, stdout } = await loadTest(...args);
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/8 simulated workers, \d+ connections, 200 empty tasks/);
  });

  it('many-workers › refuses a threshold, which it would not look at', async () => {
    const { code, stdout } = await loadTest('--scenario', 'many-workers', '--threshold', 'idle.count>=1');
    expect(code).to.equal(1);
    expect(stdout).to.include('has no thresholds: leave --threshold out');
  });
});

function relevant(scenario: string): string[] {
  const names = scenario === 'status' ? ['status.', 'process api.peak'] : ['list.', 'small job.p95', 'process '];
  return anyMachine.filter(text => names.some(name => text.startsWith(name)));
}

describe('the k6 script', function () {
  this.timeout(120_000);

  it('has no mistake of types', async () => {
    const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', `file://${root}`));
    const check = TestProcess.spawn(process.execPath, { args: [tsc, '-p', 'loadtest/k6'], cwd: root });
    const { code } = await check.exited;
    expect(check.stdout + check.stderr).to.equal('');
    expect(code).to.equal(0);
  });
});
