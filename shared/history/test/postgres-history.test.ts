import { HistoryUnavailableError, type JobChange, openHistory } from '@gridmr/history';
import { type PrivatePostgres, StallMeter, startPrivatePostgres } from '@gridmr/testkit';
import { expect } from 'chai';
import { describeAccess } from './describe-access.js';
import { describeBenchmarks } from './describe-benchmarks.js';
import { describeChanges } from './describe-changes.js';
import { describeHighestAttempt } from './describe-highest-attempt.js';
import { describeHistory, failure } from './describe-history.js';
import { describeRuns } from './describe-runs.js';
import { describeSearch } from './describe-search.js';
import { describeSpeculation } from './describe-speculation.js';
import { dropDatabase, newDatabase } from './new-database.js';
import { anyJob, newJob } from './samples.js';

const unused = { dataDirectory: '/nonexistent' };

describe('PostgreSQL', function () {
  this.timeout(30_000);
  let cluster: PrivatePostgres | undefined;
  let serverUrl: string;

  before(async function () {
    this.timeout(120_000);
    const given = process.env.GRIDMR_TEST_POSTGRES_URL;
    if (given === undefined) cluster = await startPrivatePostgres();
    serverUrl = given ?? cluster?.url ?? '';
    if (serverUrl === '') this.skip();
  });

  after(async () => await cluster?.[Symbol.asyncDispose]());

  async function openNew(onChange?: (change: JobChange) => void) {
    const url = await newDatabase(serverUrl);
    const history = await openHistory({ url, ...unused, onChange });
    return {
      history,
      async [Symbol.asyncDispose]() {
        await history[Symbol.asyncDispose]();
        await dropDatabase(url, serverUrl);
      },
    };
  }

  describeHistory('history in PostgreSQL', () => openNew());
  describeHighestAttempt('history in PostgreSQL', () => openNew());
  describeRuns('history in PostgreSQL', () => openNew());
  describeChanges('history in PostgreSQL', openNew);
  describeAccess('PostgreSQL', () => openNew());
  describeBenchmarks('history in PostgreSQL', () => openNew());
  describeSearch('history in PostgreSQL', () => openNew());
  describeSpeculation('history in PostgreSQL', () => openNew());

  it('takes several API processes that start at once', async () => {
    const url = await newDatabase(serverUrl);
    const opened = await Promise.all(Array.from({ length: 4 }, () => openHistory({ url, ...unused })));
    const asked = anyJob();
    await opened[0]?.addJob(newJob(asked));
    expect(await opened[3]?.unfinishedJobs(1)).to.deep.equal([asked.job_id]);
    for (const history of opened) await history[Symbol.asyncDispose]();
    await dropDatabase(url, serverUrl);
  });

  it('says so within three seconds when no server is there, without the password', async () => {
    using clock = new StallMeter();
    const error = await failure(() => openHistory({ url: 'postgres://ada:secret@127.0.0.1:9/records', ...unused }));
    expect(clock.ranMs).to.be.lessThan(3000);
    expect(error).to.be.instanceOf(HistoryUnavailableError);
    expect((error as Error).message)
      .to.include('postgres://127.0.0.1:9/records')
      .and.not.include('secret');
  });

  it('fails in bounded time while the server is away, and works again once it is back', async function () {
    if (cluster === undefined) this.skip();
    await using opened = await openNew();
    const { history } = opened;
    const asked = anyJob();
    await history.addJob(newJob(asked));
    await cluster.stop('immediate');
    for (const call of [() => history.check(), () => history.addJob(newJob(anyJob()))]) {
      using clock = new StallMeter();
      expect(await failure(call)).to.be.instanceOf(HistoryUnavailableError);
      expect(clock.ranMs).to.be.lessThan(3000);
    }
    await cluster.start();
    expect(await history.unfinishedJobs(10)).to.deep.equal([asked.job_id]);
  });
});
