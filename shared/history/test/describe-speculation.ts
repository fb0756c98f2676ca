/** What the history says of stragglers and of second attempts, in every database. */
import { type Attempt, type AttemptEvent, type TaskKind, taskId } from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import { expect } from 'chai';
import type { OpenedHistory } from './describe-history.js';
import { anyJob, at, attempt, newJob, planned, verdict } from './samples.js';
import { shuffled } from './shuffled.js';

const percent = 50;

export function describeSpeculation(name: string, open: () => Promise<OpenedHistory>): void {
  describe(`speculation in ${name}`, function () {
    this.timeout(20_000);
    let opened: OpenedHistory;
    let history: History;
    beforeEach(async () => {
      opened = await open();
      history = opened.history;
    });
    afterEach(async () => await opened[Symbol.asyncDispose]());

    async function jobOf(mapTasks: number, reduceTasks: number, speculative = true): Promise<string> {
      const asked = anyJob();
      await history.addJob(newJob({ ...asked, spec: { ...asked.spec, speculative } }));
      await history.recordEvents([planned(asked.job_id, mapTasks, reduceTasks)]);
      return asked.job_id;
    }

    /** Each takes as many seconds as its number says. */
    const commit = (id: string, kind: TaskKind, indices: readonly number[]) =>
      history.recordEvents(
        indices.map(index =>
          attempt(id, `${kind} ${index}`, 1, 'committed', 10 + index, { started_at: at(10), final: true }),
        ),
      );

    const nearEnd = async () =>
      (await history.phasesNearEnd(percent, 10)).map(({ jobId, kind, tasks }) => `${jobId} ${kind} ${tasks}`);

    async function attemptsOf(id: string): Promise<Attempt[]> {
      return (await history.findTask(id, taskId(id, 'map', 0)))?.attempts ?? [];
    }

    it('knows the phase of which half of the tasks are completed, and not all', async () => {
      const id = await jobOf(4, 2);
      await commit(id, 'map', [0]);
      expect(await nearEnd()).to.deep.equal([]);
      await commit(id, 'map', [1]);
      expect(await nearEnd()).to.deep.equal([`${id} map 4`]);
      await commit(id, 'map', [2, 3]);
      expect(await nearEnd()).to.deep.equal([]);
      await commit(id, 'reduce', [1]);
      expect(await nearEnd()).to.deep.equal([`${id} reduce 2`]);
      await history.finishJob(verdict(id, 'cancelled'));
      expect(await nearEnd()).to.deep.equal([]);
    });

    it('passes by jobs that want no speculative attempts', async () => {
      const id = await jobOf(4, 2, false);
      await commit(id, 'map', [0, 1, 2]);
      expect(await nearEnd()).to.deep.equal([]);
    });

    it('knows what committed attempts of a phase took in the middle', async () => {
      const id = await jobOf(10, 2);
      expect(await history.medianAttemptMs(id, 'map', 100)).to.equal(undefined);
      await commit(id, 'map', [1, 2, 9]);
      await commit(id, 'reduce', [1]);
      await history.recordEvents([attempt(id, 'map 5', 1, 'running', 90)]);
      expect(await history.medianAttemptMs(id, 'map', 100)).to.equal(2000);
      expect(await history.medianAttemptMs(id, 'map', 1)).to.equal(1000);
      expect(await history.medianAttemptMs(id, 'reduce', 100)).to.equal(1000);
    });

    it('counts no more tasks that get one than a phase may have, whoever asks at once', async () => {
      const id = await jobOf(30, 2);
      const asked = await Promise.all(Array.from({ length: 8 }, () => history.countSpeculation(id, 'map', 3)));
      expect(asked.filter(Boolean)).to.have.length(3);
      await history.recordEvents([attempt(id, 'map 0', 1, 'running', 5)]);
      expect(await history.countSpeculation(id, 'map', 3)).to.equal(false);
      expect(await history.countSpeculation(id, 'reduce', 1)).to.equal(true);
    });

    it('shows both attempts of a task, neither of them lost, and counts the speculative one', async () => {
      const id = await jobOf(1, 1);
      const news: AttemptEvent[] = [
        attempt(id, 'map 0', 1, 'running', 2),
        { ...attempt(id, 'map 0', 2, 'running', 5), speculative: true },
      ];
      await history.recordEvents(news);
      const states = async () => (await attemptsOf(id)).map(each => [each.state, each.speculative]);
      expect(await states()).to.deep.equal([
        ['running', false],
        ['running', true],
      ]);
      await history.recordEvents([
        { ...attempt(id, 'map 0', 2, 'committed', 8), speculative: true, final: true },
        attempt(id, 'map 0', 1, 'cancelled', 9),
      ]);
      expect(await states()).to.deep.equal([
        ['cancelled', false],
        ['committed', true],
      ]);
      expect((await history.findJob(id))?.counters).to.include({ speculative_attempts: 1, lost_attempts: 0 });
    });

    it('calls the straggler lost when an ordinary attempt follows it, in whatever order news come', async () => {
      for (let seed = 0; seed < 6; seed++) {
        const id = await jobOf(1, 1);
        const news = [
          attempt(id, 'map 0', 1, 'running', 2),
          { ...attempt(id, 'map 0', 2, 'running', 5), speculative: true },
          attempt(id, 'map 0', 3, 'running', 9),
        ];
        await history.recordEvents(shuffled(news, seed));
        expect((await attemptsOf(id)).map(({ state }) => state)).to.deep.equal(['lost', 'running', 'running']);
      }
    });
  });
}
