/** The compose files, for real: images built, containers started, hurt and scaled under load, each answer checked. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { ComposeProject } from './compose-project.js';
import { whyNoEngine } from './container-engine.js';
import { expectAnswer, prepareSlowCount, type SlowCount, submitAndWaitForMiddle } from './slow-count.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const workers = 3;
/** A job of 5 s on one core. */
const turns = 1_000_000;
/** Longer than a lock, plus a look for lost ones. */
const pastLockMs = 12_000;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

describe('the stack in containers', function () {
  this.timeout(300_000);
  let project: ComposeProject;
  let count: SlowCount;

  before(async function () {
    this.timeout(900_000);
    const reason = await whyNoEngine();
    if (reason !== undefined) {
      process.stderr.write(`The containers are not tested: ${reason}.\n`);
      this.skip();
    }
    project = await ComposeProject.createBuilt('compose.yaml');
    await project.up(workers);
    count = await prepareSlowCount(project.client, turns);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    process.stderr.write(`${(await project.compose('logs', '--tail', '30')).slice(-8000)}\n`);
  });
  after(() => project?.[Symbol.asyncDispose]());

  it('serves the dashboard, and runs the job of the README', async () => {
    const page = await fetch(`${project.url}/`);
    expect(page.status).to.equal(200);
    expect(await page.text()).to.include('<div id="root">');
    const counted = '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]';
    const { job_id } = await project.client.submit({
      name: 'word count',
      input_file: '/data/books',
      map_function:
        '(line, ctx) => { for (const word of line.toLowerCase().split(/[^a-z]+/)) if (word) ctx.emit(word, 1); }',
      combine_function: counted,
      reduce_function: counted,
      num_reducers: 2,
    });
    const job = await project.client.waitFor(job_id);
    expect(job.status).to.equal('completed');
    const lines = new Map<string, string>();
    for await (const line of project.client.results(job_id)) lines.set(...(line.split('\t') as [string, string]));
    expect(lines.get('whale')).to.equal(String(await countInBooks('whale')));
    expect(lines.get('the')).to.equal(String(await countInBooks('the')));
  });

  it('calls every service healthy', async () => {
    for (const service of ['api', 'worker', 'redis', 'postgres'] as const) await project.untilHealthy(service);
  });

  it('jails a worker: no root, no capability, nothing to write to but its scratch, no way to anything but Redis', async () => {
    const worker = await project.container('worker');
    const tell = `const fs = require('fs'), net = require('net');
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      const writable = path => { try { fs.writeFileSync(path + '/x', ''); fs.rmSync(path + '/x'); return true } catch { return false } };
      const reaches = (host, port) => new Promise(resolve => {
        const socket = net.connect({ host, port }, () => { socket.destroy(); resolve(true) });
        socket.on('error', () => resolve(false)).setTimeout(2000, () => { socket.destroy(); resolve(false) });
      });
      Promise.all([reaches('redis', 6379), reaches('postgres', 5432), reaches('api', 8000), reaches('192.0.2.1', 80)]).then(reached =>
        console.log(JSON.stringify({ uid: process.getuid(), caps: /CapBnd:\\s*(\\w+)/.exec(status)[1],
          noNewPrivileges: /NoNewPrivs:\\s*(\\d)/.exec(status)[1], seccomp: /Seccomp:\\s*(\\d)/.exec(status)[1],
          writable: ['/', '/gridmr', '/etc', '/data', '/scratch', '/tmp'].filter(writable),
          memory: process.constrainedMemory(), reached, socket: fs.existsSync('/var/run/docker.sock') })))`;
    expect(JSON.parse(await project.inside(worker, 'node', '-e', tell))).to.deep.equal({
      uid: 1000,
      caps: '0000000000000000',
      noNewPrivileges: '1',
      seccomp: '2',
      writable: ['/data', '/scratch', '/tmp'],
      memory: 512 * 1024 * 1024,
      reached: [true, false, false, false],
      socket: false,
    });
  });

  it('completes exactly when a worker is killed', async () => {
    const jobId = await submitAndWaitForMiddle(project.client, count);
    await project.docker('kill', await project.busyWorker());
    await expectAnswer(project.client, jobId, count);
    await project.up(workers);
  });

  it('completes exactly when a worker stands still past its lock, and goes on then', async () => {
    const jobId = await submitAndWaitForMiddle(project.client, count);
    const worker = await project.busyWorker();
    // On a busy machine the engine may not manage to freeze it at once.
    await waitUntil('a worker that stands still', async () => {
      await project.docker('pause', worker);
      return true;
    });
    await pause(pastLockMs);
    await project.docker('unpause', worker);
    await expectAnswer(project.client, jobId, count);
    // What it had at hand was done by another; it has given that up, and works again.
    await project.untilWorkers(workers);
    await expectAnswer(project.client, jobId, count);
  });

  it('completes exactly when a worker is cut off the network, and comes back', async () => {
    const jobId = await submitAndWaitForMiddle(project.client, count);
    const worker = await project.busyWorker();
    await project.docker('network', 'disconnect', `${project.name}_work`, worker);
    await expectAnswer(project.client, jobId, count);
    await project.docker('network', 'connect', `${project.name}_work`, worker);
    await project.untilWorkers(workers);
  });

  it('completes exactly while scaled from 3 to 1 to 4', async () => {
    const jobs = [
      await submitAndWaitForMiddle(project.client, count),
      await submitAndWaitForMiddle(project.client, count),
    ];
    await project.up(1);
    await project.up(4);
    for (const jobId of jobs) await expectAnswer(project.client, jobId, count);
    const attempts = await Promise.all(jobs.map(jobId => project.client.job(jobId)));
    expect(attempts.map(job => job.counters.failed_attempts)).to.deep.equal([0, 0]);
  });

  it('exports files over NFS, with the capabilities that its server has', async () => {
    await using files = await ComposeProject.create('compose.yaml', 'compose.nfs.yaml');
    await files.compose('build', 'nfs');
    await files.compose('up', '-d', 'nfs');
    await files.untilHealthy('nfs');
    const logs = await files.compose('logs', 'nfs');
    expect(logs).to.not.match(/no export entries|Fatal/i);
  });

  it('completes exactly when Redis is restarted, and when the API is', async () => {
    for (const service of ['redis', 'api'] as const) {
      const jobId = await submitAndWaitForMiddle(project.client, count);
      await project.compose('restart', '-t', '10', service);
      await waitUntil('the API', async () => (await project.client.health()).status === 'ok');
      await expectAnswer(project.client, jobId, count);
    }
  });
});

/** Without any of the code under test. */
async function countInBooks(word: string): Promise<number> {
  const names = (await readdir(`${root}data/books`)).filter(name => name.endsWith('.txt'));
  const texts = await Promise.all(names.map(name => readFile(`${root}data/books/${name}`, 'utf8')));
  return texts.flatMap(text => text.toLowerCase().split(/[^a-z]+/)).filter(found => found === word).length;
}
