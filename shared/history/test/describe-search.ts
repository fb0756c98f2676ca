/** Looking for jobs by what their names contain, in every database. */
import { type AskedJob, historyLimits, jobListQuerySchema } from '@gridmr/contracts';
import { expect } from 'chai';
import type { OpenedHistory } from './describe-history.js';
import { anyJob, at, newJob } from './samples.js';

function withText(asked: AskedJob, text: string): AskedJob {
  return { ...asked, spec: { ...asked.spec, parameters: { text } } };
}

export function describeSearch(name: string, open: () => Promise<OpenedHistory>): void {
  describe(`search in ${name}`, function () {
    this.timeout(20_000);

    it('finds jobs by a part of their name, which stands for itself', async () => {
      await using opened = await open();
      const { history } = opened;
      const [percent, plain] = [anyJob({ name: 'All of 100% !' }), anyJob({ name: 'all of 1000 !' })];
      for (const asked of [percent, plain]) await history.addJob(newJob(asked));
      const found = async (search: string) => {
        const { items } = await history.listJobs(jobListQuerySchema.parse({ search }));
        return items.map(job => job.name).sort();
      };
      expect(await found('aLL of')).to.deep.equal([percent.spec.name, plain.spec.name]);
      expect(await found('100% !')).to.deep.equal([percent.spec.name]);
      expect(await found('a_l')).to.deep.equal([]);
      expect(await found('')).to.have.length(2);
    });

    it('ends a page before its specifications are too long together, and leaves none out', async () => {
      await using opened = await open();
      const { history } = opened;
      const text = 'x'.repeat(historyLimits.jobPageBytesMax * 0.3);
      const jobs = [0, 1, 2, 3].map(second => withText(anyJob({ submitted_at: at(second) }), text));
      jobs.push(withText(anyJob({ submitted_at: at(4) }), text.repeat(4)));
      for (const asked of jobs) await history.addJob(newJob(asked));
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await history.listJobs(jobListQuerySchema.parse({ cursor }));
        pages.push(page.items.map(job => job.job_id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      const [a, b, c, d, long] = jobs.map(job => job.job_id);
      expect(pages).to.deep.equal([[long], [d, c, b], [a]]);
    });
  });
}
