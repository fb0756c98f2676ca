/** The number that new attempts of a job have to exceed, in every database. */
import { taskId } from '@gridmr/contracts';
import { expect } from 'chai';
import type { OpenedHistory } from './describe-history.js';
import { anyJob, newJob } from './samples.js';

export function describeHighestAttempt(name: string, open: () => Promise<OpenedHistory>): void {
  describe(`the highest attempt of ${name}`, () => {
    it('is that of all tasks of the job, and 0 for a job without attempts', async () => {
      await using opened = await open();
      const { history } = opened;
      const [asked, other] = [anyJob(), anyJob()];
      for (const job of [asked, other]) await history.addJob(newJob(job));
      const news = (kind: 'map' | 'reduce', index: number, attempt: number) =>
        ({
          type: 'attempt',
          job_id: asked.job_id,
          at: '2030-01-01T00:00:01.000Z',
          task_id: taskId(asked.job_id, kind, index),
          attempt,
          state: 'running',
          worker_id: 'w1',
          error: null,
          final: false,
        }) as const;
      await history.recordEvents([news('map', 0, 1), news('map', 1, 4), news('reduce', 0, 2)]);
      expect(await history.highestAttempt(asked.job_id)).to.equal(4);
      expect(await history.highestAttempt(other.job_id)).to.equal(0);
    });
  });
}
