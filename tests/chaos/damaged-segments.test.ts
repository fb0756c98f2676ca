/** What map tasks have committed is damaged on the shared directory before it is read: they run again, and the output is exact. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { Task } from '@gridmr/contracts';
import { type OracleResult, randomFor, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../end-to-end/running-stack.js';
import { expectExact, untilCleanedUp } from './slow-job.js';
import { mapDirectory, prepareWideJob, wideJob, wideMapTasks } from './wide-job.js';

const jobMs = 180_000;
const random = randomFor('damage');
type Damage = (path: string) => void;

const damages: Record<string, Damage> = {
  'has a bit flipped': flipBit,
  'is cut short': path => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  'is gone': path => rmSync(path),
};

describe('a job of which every segment but the last', function () {
  this.timeout(90_000);
  let stack: RunningStack;
  let expected: OracleResult;

  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
    expected = await prepareWideJob(stack.directory);
  });
  after(() => stack?.[Symbol.asyncDispose]());

  /** Submits the job, and damages what stands of it as soon as all but its last map task are committed. */
  async function damaged(pattern: RegExp, damage: Damage): Promise<string> {
    const { job_id } = await stack.client.submit(wideJob);
    const directory = mapDirectory(stack.directory, job_id);
    const found = await waitUntil('the commits of all map tasks but the last', () => {
      const names = existsSync(directory) ? readdirSync(directory) : [];
      const committed = names.filter(name => name.endsWith('.json'));
      return committed.length >= wideMapTasks - 1 && names.filter(name => pattern.test(name));
    });
    expect(found).to.have.lengthOf(wideMapTasks - 1);
    for (const name of found) damage(`${directory}/${name}`);
    return job_id;
  }

  async function completesExactly(jobId: string): Promise<Task[]> {
    const job = await stack.client.waitFor(jobId, { signal: AbortSignal.timeout(jobMs) });
    expectExact(stack.directory, job, expected);
    await untilCleanedUp(stack.directory, jobId);
    const tasks: Task[] = [];
    for await (const task of stack.client.allTasks(jobId)) tasks.push(task);
    return tasks.filter(task => task.kind === 'map');
  }

  const commits = (task: Task) => task.attempts.filter(attempt => attempt.state === 'committed').length;

  for (const [name, damage] of Object.entries(damages)) {
    it(name, async () => {
      const tasks = await completesExactly(await damaged(/\.segment$/, damage));
      expect(tasks.map(commits)).to.deep.equal([...Array(wideMapTasks - 1).fill(2), 1]);
    });
  }

  it('has a damaged commit record', async () => {
    const jobId = await damaged(/^m-\d+\.json$/, path => writeFileSync(path, readFileSync(path).subarray(0, 50)));
    expect((await completesExactly(jobId)).map(task => task.state)).to.deep.equal(
      Array(wideMapTasks).fill('completed'),
    );
  });

  it('is damaged whenever it is written: the job fails after a bounded number of times, and says why', async () => {
    const { job_id } = await stack.client.submit(wideJob);
    const directory = mapDirectory(stack.directory, job_id);
    const seen = new Set<string>();
    const timer = setInterval(() => {
      if (!existsSync(directory)) return;
      for (const name of readdirSync(directory)) {
        if (!/^m-00000\..*\.segment$/.test(name) || seen.has(name)) continue;
        seen.add(name);
        truncateSync(`${directory}/${name}`, 100);
      }
    }, 1);
    try {
      const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
      expect(job.status).to.equal('failed');
      expect(job.error?.code).to.equal('storage_error');
      expect(job.error?.message).to.match(/m-00000 wrote was damaged 4 times .* check the disk or the file server/);
    } finally {
      clearInterval(timer);
    }
  });
});

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  const at = random.int(Math.floor(bytes.length / 2), bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 7));
  writeFileSync(path, bytes);
}
