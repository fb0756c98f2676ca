import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryInUseError, type JobChange, openHistory } from '@gridmr/history';
import { StallMeter } from '@gridmr/testkit';
import { expect } from 'chai';
import { describeAccess } from './describe-access.js';
import { describeBenchmarks } from './describe-benchmarks.js';
import { describeChanges } from './describe-changes.js';
import { describeHighestAttempt } from './describe-highest-attempt.js';
import { describeHistory, failure } from './describe-history.js';
import { describeRuns } from './describe-runs.js';
import { describeSearch } from './describe-search.js';
import { describeSpeculation } from './describe-speculation.js';
import { anyJob, newJob } from './samples.js';

async function temporaryDirectory(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'gridmr-history-'));
}

async function openNew(onChange?: (change: JobChange) => void) {
  const dataDirectory = await temporaryDirectory();
  const history = await openHistory({ dataDirectory, onChange });
  return {
    history,
    async [Symbol.asyncDispose]() {
      await history[Symbol.asyncDispose]();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

describeHistory('history in SQLite', () => openNew());
describeHighestAttempt('history in SQLite', () => openNew());
describeRuns('history in SQLite', () => openNew());
describeChanges('history in SQLite', openNew);
describeAccess('SQLite', () => openNew());
describeBenchmarks('history in SQLite', () => openNew());
describeSearch('history in SQLite', () => openNew());
describeSpeculation('history in SQLite', () => openNew());

describe('the SQLite file', function () {
  this.timeout(20_000);
  let dataDirectory: string;
  let holder: ChildProcess | undefined;

  beforeEach(async () => {
    dataDirectory = await temporaryDirectory();
  });

  afterEach(async () => {
    if (holder?.exitCode === null && holder.signalCode === null) {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    await rm(dataDirectory, { recursive: true });
  });

  /** Another process that opens the file, adds a job, and stays. Resolves to the id of the job. */
  async function startHolder(): Promise<string> {
    holder = fork(join(import.meta.dirname, 'hold-history.js'), [dataDirectory]);
    const [jobId] = await once(holder, 'message');
    return jobId as string;
  }

  it('is refused to a second process within two seconds, in plain words', async () => {
    await startHolder();
    using clock = new StallMeter();
    const error = await failure(() => openHistory({ dataDirectory }));
    expect(clock.ranMs).to.be.lessThan(2000);
    expect(error).to.be.instanceOf(HistoryInUseError);
    expect((error as Error).message)
      .to.include(join(dataDirectory, '.gridmr', 'history.sqlite'))
      .and.include('GRIDMR_DATABASE_URL')
      .and.include('postgres://');
  });

  it('is free again, with all it was told, once its holder is killed', async () => {
    const jobId = await startHolder();
    holder?.kill('SIGKILL');
    await once(holder as ChildProcess, 'exit');
    await using history = await openHistory({ dataDirectory });
    expect((await history.findJob(jobId))?.status).to.equal('queued');
  });

  it('is refused to a second opening in the same process, and free once the first is disposed', async () => {
    const first = await openHistory({ dataDirectory });
    const asked = anyJob();
    await first.addJob(newJob(asked));
    expect(await failure(() => openHistory({ dataDirectory }))).to.be.instanceOf(HistoryInUseError);
    await first[Symbol.asyncDispose]();
    await using second = await openHistory({ dataDirectory });
    expect(await second.unfinishedJobs(10)).to.deep.equal([asked.job_id]);
  });

  it('is not made for an address of another kind', async () => {
    const error = await failure(() => openHistory({ url: 'mysql://localhost/x', dataDirectory }));
    expect(error).to.be.instanceOf(TypeError);
    expect((error as Error).message).to.include('postgres://');
  });
});
