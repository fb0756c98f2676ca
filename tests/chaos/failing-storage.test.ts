/**
 * The shared directory fails while a job runs: full for a while, gone for a while, its calls failing now and then. The job waits, goes on, and completes
 * exactly, without a failed attempt; nobody ever sees a half file in its output; the API says meanwhile what is wrong.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { partNamePattern } from '@gridmr/contracts';
import { createLogger, type QueueServer, startQueueServer } from '@gridmr/runtime';
import { faultEnvironment, type OracleResult, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from '../end-to-end/started-stack.js';
import { CommitWatch } from './commit-watch.js';
import { refusesSubmission } from './refused-submission.js';
import { expectExact, momentsOf, prepareSlowJob, slowJob, untilCleanedUp, untilMoment } from './slow-job.js';

const jobMs = 180_000;
const awayMs = 5000;
const diskBytes = 32 * 1024 * 1024;
const moments = momentsOf(6).filter(({ phase }) => phase === 'map' || phase === 'reduce');

describe('a job whose shared directory', function () {
  this.timeout(120_000);
  const logger = createLogger({ level: 'error', service: 'test' });
  let home: TemporaryDirectory;
  let server: QueueServer;
  let directory: TemporaryDirectory;
  let stack: StartedStack;
  let expected: OracleResult;

  before(async () => {
    home = await TemporaryDirectory.create('failing-redis');
    server = await startQueueServer({ dataDirectory: home.path, logger });
  });
  after(async () => {
    await server?.stop();
    await home?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    directory = await TemporaryDirectory.create('failing');
  });
  afterEach(async () => {
    await stack?.process.stop(60_000);
    await directory[Symbol.asyncDispose]();
  });

  async function start(env: Record<string, string> = {}): Promise<void> {
    expected = await prepareSlowJob(directory);
    const log = { GRIDMR_LOG_LEVEL: 'error' };
    stack = await startStack(directory, { GRIDMR_WORKERS: '2', GRIDMR_REDIS_URL: server.url, ...log, ...env });
  }

  /** Has `moment` of a job hit, and sees it through. */
  async function survives(moment: (typeof moments)[number], hit: () => Promise<void>): Promise<void> {
    const { job_id } = await stack.client.submit(slowJob);
    using commits = new CommitWatch(directory, job_id);
    using output = new OutputWatch(directory.resolve(`output/${job_id}`));
    await untilMoment(directory, job_id, moment);
    await hit();
    const job = await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    expectExact(directory, job, expected);
    expect(output.faults(directory.resolve(`output/${job_id}`))).to.deep.equal([]);
    await commits.expectNoRepetition(stack.client);
    await untilCleanedUp(directory, job_id);
  }

  const submissionIsRefused = (detail: RegExp) => refusesSubmission(stack.url, { code: 'storage_unavailable', detail });

  for (const moment of moments.slice(0, 1)) {
    it(`is gone for 5 s, in ${moment.phase}`, async () => {
      await start();
      await survives(moment, async () => {
        renameSync(directory.path, `${directory.path}-away`);
        try {
          await submissionIsRefused(/the data directory is gone; check that it is mounted/);
          await delay(awayMs);
          expect(existsSync(directory.path)).to.equal(false);
        } finally {
          renameSync(`${directory.path}-away`, directory.path);
        }
      });
    });
  }

  it('is full for 5 s', async function () {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'gridmr-test', directory.path], {
        stdio: 'pipe',
      });
    } catch {
      process.stderr.write('      skipped: only root may mount a disk of its own\n');
      this.skip();
    }
    try {
      await start();
      await survives(moments[0] ?? { phase: 'map', committed: 1 }, async () => {
        const filler = directory.resolve('filler');
        fill(filler);
        await submissionIsRefused(/the storage is full; free some space/);
        await delay(awayMs);
        rmSync(filler);
      });
    } finally {
      await stack.process.stop(60_000);
      execFileSync('umount', [directory.path], { stdio: 'pipe' });
    }
  });

  it('fails every 50th call (ESTALE) and gives short reads', async () => {
    const plan = { root: directory.path, every: 50, error: 'ESTALE', shortReads: true } as const;
    await start(faultEnvironment(plan));
    await survives({ phase: 'commit', committed: 4 }, async () => {});
  });

  it('fails every 40th call (EIO), after the work was done where a file is moved', async () => {
    const plan = { root: directory.path, every: 40, error: 'EIO', answersLost: true } as const;
    await start(faultEnvironment(plan));
    await survives({ phase: 'commit', committed: 4 }, async () => {});
  });

  it('shows what others have made only after half a second', async () => {
    await start(faultEnvironment({ root: directory.resolve('.gridmr', 'jobs'), unseenMs: 500 }));
    await survives({ phase: 'commit', committed: 4 }, async () => {});
  });
});

/** Until nothing more fits, whatever is freed meanwhile by others. */
function fill(path: string): void {
  for (let piece = 1024 * 1024; piece >= 1; piece = Math.floor(piece / 2)) {
    for (;;) {
      try {
        writeFileSync(path, new Uint8Array(piece), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}

/** What stood in an output path while its job ran: names that do not belong there, and parts that changed their size. */
class OutputWatch implements Disposable {
  readonly #sizes = new Map<string, number>();
  readonly #strange = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(path: string) {
    this.#timer = setInterval(() => this.#look(path), 2);
  }

  /** Compared with the output as it is in the end. */
  faults(path: string): string[] {
    const changed = [...this.#sizes].filter(([name, bytes]) => statSync(`${path}/${name}`).size !== bytes);
    return [...this.#strange, ...changed.map(([name]) => `${name} was not whole`)];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(path: string): void {
    try {
      for (const name of readdirSync(path)) {
        if (name.startsWith('.') || name.startsWith('_')) continue;
        if (!partNamePattern.test(name)) this.#strange.add(name);
        else if (!this.#sizes.has(name)) this.#sizes.set(name, statSync(`${path}/${name}`).size);
      }
    } catch {
      // It is not there yet, or away.
    }
  }
}
