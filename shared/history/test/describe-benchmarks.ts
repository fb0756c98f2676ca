/** Benchmarks, and jobs that come many at a time, in every database. */
import { type Benchmark, benchmarkLimits, newJobId } from '@gridmr/contracts';
import { expect } from 'chai';
import { failure, type OpenedHistory } from './describe-history.js';
import { anyJob, at, newJob } from './samples.js';

const benchmark = (more: Partial<Benchmark> = {}): Benchmark => ({
  benchmark_id: newJobId().replace('j', 'b'),
  status: 'running',
  data_size: '1MB',
  data_bytes: 0,
  workers: null,
  iterations: 1,
  created_at: at(0),
  finished_at: null,
  interruptions: 0,
  runs: [],
  error: null,
  ...more,
});

export function describeBenchmarks(name: string, open: () => Promise<OpenedHistory>): void {
  describe(`benchmarks in ${name}`, function () {
    this.timeout(20_000);
    let opened: OpenedHistory;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened[Symbol.asyncDispose]());
    const benchmarks = () => opened.history.benchmarks;

    it('are stored as they are, and given out oldest first until they have ended', async () => {
      const [first, second] = [benchmark(), benchmark()].sort((a, b) => (a.benchmark_id < b.benchmark_id ? -1 : 1));
      for (const each of [second, first]) expect(await benchmarks().add('ann', each as Benchmark)).to.equal(true);
      expect(await benchmarks().next()).to.deep.equal({ clientId: 'ann', benchmark: first, holder: null });
      const ended: Benchmark = { ...(first as Benchmark), status: 'completed', finished_at: at(9) };
      await benchmarks().hold(ended.benchmark_id, 'one', at(1), at(0));
      await benchmarks().save('one', ended);
      expect((await benchmarks().next())?.benchmark).to.deep.equal(second);
      expect((await benchmarks().find(ended.benchmark_id))?.benchmark).to.deep.equal(ended);
      expect(await benchmarks().find('nothing')).to.equal(undefined);
    });

    it('are of one process at a time, until it gives them up or does not say so any more', async () => {
      const { benchmark_id: id } = benchmark();
      await benchmarks().add('ann', benchmark({ benchmark_id: id }));
      expect(await benchmarks().hold(id, 'one', at(10), at(5))).to.equal(true);
      expect(await benchmarks().hold(id, 'two', at(11), at(6))).to.equal(false);
      await benchmarks().save('two', benchmark({ benchmark_id: id, data_bytes: 7 }));
      expect((await benchmarks().find(id))?.benchmark.data_bytes).to.equal(0);
      expect(await benchmarks().hold(id, 'two', at(30), at(25)), 'after a silence').to.equal(true);
      await benchmarks().release('two');
      expect(await benchmarks().hold(id, 'one', at(31), at(26)), 'after it was given up').to.equal(true);
    });

    it('are refused beyond those that may wait', async () => {
      for (let i = 0; i < benchmarkLimits.unfinishedMax; i++) await benchmarks().add('ann', benchmark());
      const refused = benchmark();
      expect(await benchmarks().add('bob', refused)).to.equal(false);
      expect(await benchmarks().find(refused.benchmark_id)).to.equal(undefined);
    });
  });

  describe(`jobs that come together in ${name}`, function () {
    this.timeout(20_000);

    it('are stored, but for those that cannot be', async () => {
      await using opened = await open();
      const { history } = opened;
      const jobs = Array.from({ length: 250 }, () => newJob(anyJob()));
      const bad = newJob({ ...anyJob(), submitted_at: 'no time' });
      const [refused, ...added] = await Promise.all([
        failure(() => history.addJob(bad)),
        ...jobs.map(job => history.addJob(job)),
      ]);
      expect(refused).to.be.instanceOf(RangeError);
      expect(added).to.deep.equal(jobs.map(({ asked }) => ({ outcome: 'created', jobId: asked.job_id })));
      for (const { asked } of jobs) expect((await history.findJob(asked.job_id))?.status).to.equal('queued');
    });
  });
}
