/** Looking for jobs by what their names contain, in every database. */
import { jobListQuerySchema } from '@gridmr/contracts';
import { expect } from 'chai';
import type { OpenedHistory } from './describe-history.js';
import { anyJob, newJob } from './samples.js';

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
  });
}
