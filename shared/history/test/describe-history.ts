/** What every history does, whatever database is under it. */
import {
  type Job,
  type JobEvent,
  type JobListQuery,
  jobListQuerySchema,
  jobSchema,
  jobStatusViewSchema,
  type Task,
  taskId,
  taskSchema,
  type Verdict,
} from '@gridmr/contracts';
import { BadCursorError, type History, type TaskListQuery } from '@gridmr/history';
import { needsRunningMachine } from '@gridmr/testkit';
import { expect } from 'chai';
import { anyJob, at, attempt, newJob, phase, planned, verdict } from './samples.js';
import { shuffled } from './shuffled.js';

export interface OpenedHistory extends AsyncDisposable {
  readonly history: History;
}

/** `open` makes an empty one. */
export function describeHistory(name: string, open: () => Promise<OpenedHistory>): void {
  describe(name, function () {
    this.timeout(20_000);
    let opened: OpenedHistory;
    let history: History;

    beforeEach(async () => {
      opened = await open();
      history = opened.history;
    });

    afterEach(async () => await opened[Symbol.asyncDispose]());

    /** A stored job's id, with its news told. */
    async function jobWith(news: (id: string) => JobEvent[] = () => []): Promise<string> {
      const asked = anyJob();
      await history.addJob(newJob(asked));
      await history.recordEvents(news(asked.job_id));
      return asked.job_id;
    }

    async function job(id: string): Promise<Job> {
      return jobSchema.parse(await history.findJob(id));
    }

    async function task(id: string, kind: 'map' | 'reduce', index: number): Promise<Task> {
      return taskSchema.parse(await history.findTask(id, taskId(id, kind, index)));
    }

    async function allTasks(id: string, query: Partial<TaskListQuery> = {}): Promise<Task[]> {
      const tasks: Task[] = [];
      let cursor: string | undefined;
      do {
        const page = await history.listTasks(id, { limit: 1000, ...query, cursor });
        tasks.push(...page.items.map(item => taskSchema.parse(item)));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return tasks;
    }

    const numbers = (tasks: Task[]) => tasks.map(({ kind, index }) => `${kind} ${index}`);
    const attemptStates = ({ attempts }: Task) => attempts.map(({ state }) => state);

    describe('addJob', () => {
      it('stores a job as queued, with all that was asked', async () => {
        const asked = anyJob({ submitted_at: '2026-01-01T00:00:00.5Z' });
        expect(await history.addJob(newJob(asked))).to.deep.equal({ outcome: 'created', jobId: asked.job_id });
        expect(await history.askedJob(asked.job_id)).to.deep.equal(asked);
        const none = { total: 0, pending: 0, running: 0, completed: 0, failed: 0 };
        expect(await job(asked.job_id)).to.deep.include({
          ...{ name: 'word count', client_id: 'ada', status: 'queued', phase: null, spec: asked.spec },
          ...{ created_at: '2026-01-01T00:00:00.500Z', started_at: null, finished_at: null },
          ...{ input: null, output: null, error: null },
          ...{ tasks: { map: none, reduce: none }, progress: { map: 0, reduce: 0 } },
        });
      });

      it('stores a job once, however often it is told', async () => {
        const asked = anyJob();
        await history.addJob(newJob(asked));
        expect(await history.addJob(newJob(asked))).to.deep.equal({ outcome: 'same', jobId: asked.job_id });
      });

      it('answers the first job to the same key and body, from the same client only', async () => {
        const [first, again, other] = [anyJob(), anyJob(), anyJob({ client_id: 'bob' })];
        const key = { key: 'k', digest: 'd' };
        expect(await history.addJob(newJob(first, key))).to.deep.equal({ outcome: 'created', jobId: first.job_id });
        expect(await history.addJob(newJob(again, key))).to.deep.equal({ outcome: 'same', jobId: first.job_id });
        expect(await history.addJob(newJob(other, key))).to.deep.equal({ outcome: 'created', jobId: other.job_id });
        const { client_id } = first.spec;
        expect(await history.findSubmission(client_id, key.key)).to.deep.equal({
          jobId: first.job_id,
          digest: key.digest,
        });
        expect(await history.findSubmission(client_id, 'another')).to.equal(undefined);
        expect(await history.findSubmission('nobody', key.key)).to.equal(undefined);
        expect(await history.findJob(again.job_id)).to.equal(undefined);
      });

      it('refuses the same key with another body', async () => {
        const [first, second] = [anyJob(), anyJob()];
        await history.addJob(newJob(first, { key: 'k', digest: 'd' }));
        const result = await history.addJob(newJob(second, { key: 'k', digest: 'e' }));
        expect(result).to.deep.equal({ outcome: 'conflict', jobId: first.job_id });
        expect(await history.findJob(second.job_id)).to.equal(undefined);
      });

      it('creates one job of many requests at once with one key', async () => {
        const jobs = Array.from({ length: 8 }, () => anyJob());
        const results = await Promise.all(jobs.map(asked => history.addJob(newJob(asked, { key: 'k', digest: 'd' }))));
        expect(results.filter(({ outcome }) => outcome === 'created')).to.have.length(1);
        expect(new Set(results.map(({ jobId }) => jobId)).size).to.equal(1);
      });

      it('keeps names that a database would not take', async () => {
        const asked = anyJob({ name: "nul \0, half \ud83d, quote '" });
        await history.addJob(newJob(asked));
        expect((await job(asked.job_id)).name).to.equal(asked.spec.name);
        const query = jobListQuerySchema.parse({ name: asked.spec.name });
        expect((await history.listJobs(query)).items).to.have.length(1);
      });
    });

    describe('listJobs', () => {
      const list = (query: Partial<JobListQuery>) => history.listJobs(jobListQuerySchema.parse(query));
      const ids = ({ items }: { items: Job[] }) => items.map(item => jobSchema.parse(item).job_id);

      it('gives pages, newest first, each job once, also of the same instant', async () => {
        const jobs = [3, 1, 2, 2, 2].map(second => anyJob({ submitted_at: at(second) }));
        for (const asked of jobs) await history.addJob(newJob(asked));
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await list({ limit: 2, cursor });
          seen.push(...ids(page));
          cursor = page.next_cursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).to.deep.equal(
          jobs
            .map(({ job_id }) => job_id)
            .sort()
            .reverse(),
        );
      });

      it('ends with a page without a cursor, even if that is full', async () => {
        await jobWith();
        expect((await list({ limit: 1 })).next_cursor).to.equal(null);
      });

      it('filters by status, name, client and time of submission', async () => {
        const [early, late] = [
          anyJob({ submitted_at: at(1) }),
          anyJob({ name: 'b', client_id: 'c', submitted_at: at(9) }),
        ];
        for (const asked of [early, late]) await history.addJob(newJob(asked));
        await history.recordEvents([planned(late.job_id, 1, 1)]);
        expect(ids(await list({ status: 'running' }))).to.deep.equal([late.job_id]);
        expect(ids(await list({ name: 'b' }))).to.deep.equal([late.job_id]);
        expect(ids(await list({ client_id: 'ada' }))).to.deep.equal([early.job_id]);
        expect(ids(await list({ created_after: '2026-01-01T00:00:01Z' }))).to.deep.equal([late.job_id]);
        expect(ids(await list({ created_before: '2026-01-01T00:00:09Z' }))).to.deep.equal([early.job_id]);
      });

      for (const cursor of ['%', 'bnVsbA', Buffer.from('{"kind":"map","index":1}').toString('base64url')]) {
        it(`refuses the cursor ${cursor}, which it did not make`, async () => {
          expect(await failure(() => list({ cursor }))).to.be.instanceOf(BadCursorError);
        });
      }
    });

    describe('unfinishedJobs', () => {
      it('gives the oldest first, page by page, without those that have ended', async () => {
        const jobs = [4, 2, 3, 1].map(second => anyJob({ submitted_at: at(second) }));
        for (const asked of jobs) await history.addJob(newJob(asked));
        const [four, two, three, one] = jobs.map(({ job_id }) => job_id) as [string, string, string, string];
        await history.finishJob(verdict(two, 'failed'));
        expect(await history.unfinishedJobs(2)).to.deep.equal([one, three]);
        expect(await history.unfinishedJobs(2, three)).to.deep.equal([four]);
        expect(await history.countUnfinishedJobs('ada')).to.equal(3);
        expect(await history.countUnfinishedJobs('nobody')).to.equal(0);
      });
    });

    describe('recordEvents', () => {
      it('starts a job with its plan', async () => {
        const id = await jobWith(id => [planned(id, 3, 2)]);
        expect(await job(id)).to.deep.include({
          ...{ status: 'running', phase: 'map', started_at: at(1), input: { files: 3, bytes: 5_000_000_000 } },
          tasks: {
            map: { total: 3, pending: 3, running: 0, completed: 0, failed: 0 },
            reduce: { total: 2, pending: 2, running: 0, completed: 0, failed: 0 },
          },
        });
      });

      it('shows how far the tasks are', async () => {
        const id = await jobWith(id => [
          planned(id, 4, 1),
          attempt(id, 'map 0', 1, 'running', 2),
          attempt(id, 'map 1', 1, 'running', 2),
          attempt(id, 'map 2', 1, 'running', 2),
          attempt(id, 'map 0', 1, 'committed', 3),
          attempt(id, 'map 1', 1, 'failed', 3, { final: true }),
        ]);
        const status = jobStatusViewSchema.parse(await history.findStatus(id));
        expect(status.tasks.map).to.deep.equal({ total: 4, pending: 1, running: 1, completed: 1, failed: 1 });
        expect(status.progress).to.deep.equal({ map: 0.25, reduce: 0 });
      });

      it('only advances the phase', async () => {
        const id = await jobWith(id => [
          planned(id, 1, 1),
          phase(id, 'reduce', 5),
          phase(id, 'shuffle', 4),
          phase(id, 'plan'),
        ]);
        expect((await job(id)).phase).to.equal('reduce');
      });

      it('counts a phase that had nothing to do as done once it is over', async () => {
        const id = await jobWith(id => [planned(id, 0, 0)]);
        expect((await job(id)).progress).to.deep.equal({ map: 0, reduce: 0 });
        await history.recordEvents([phase(id, 'reduce')]);
        expect((await job(id)).progress).to.deep.equal({ map: 1, reduce: 0 });
        await history.recordEvents([phase(id, 'commit')]);
        expect((await job(id)).progress).to.deep.equal({ map: 1, reduce: 1 });
      });

      it('lets a task wait again after a failed attempt, and tells why it failed', async () => {
        const error = { code: 'user_code_error', message: 'nul \0', offset: 5_000_000_000 } as const;
        const times = { started_at: at(2), finished_at: at(3) };
        const id = await jobWith(id => [
          planned(id, 1, 0),
          attempt(id, 'map 0', 1, 'running', 2),
          attempt(id, 'map 0', 1, 'failed', 3, { error }),
        ]);
        expect(await task(id, 'map', 0)).to.deep.equal({
          ...{ task_id: taskId(id, 'map', 0), kind: 'map', index: 0, state: 'pending' },
          attempts: [
            { run: 1, attempt: 1, state: 'failed', worker_id: 'worker-1', ...times, error, speculative: false },
          ],
        });
        expect((await job(id)).counters.failed_attempts).to.equal(1);
      });

      it('calls an attempt lost when a later one runs, until it reports how it ended', async () => {
        const id = await jobWith(id => [
          planned(id, 1, 0),
          attempt(id, 'map 0', 1, 'running', 2),
          attempt(id, 'map 0', 2, 'running', 4),
        ]);
        expect(attemptStates(await task(id, 'map', 0))).to.deep.equal(['lost', 'running']);
        expect((await job(id)).counters.lost_attempts).to.equal(1);
        await history.recordEvents([attempt(id, 'map 0', 1, 'committed', 5)]);
        expect(await task(id, 'map', 0)).to.deep.include({ state: 'completed' });
        expect((await job(id)).counters.lost_attempts).to.equal(0);
      });

      it('takes the start of an attempt that is told of at its end only from that news', async () => {
        const id = await jobWith(id => [
          planned(id, 1, 0),
          attempt(id, 'map 0', 1, 'committed', 9, { started_at: at(5) }),
        ]);
        const [only] = (await task(id, 'map', 0)).attempts;
        expect(only).to.include({ state: 'committed', started_at: at(5), finished_at: at(9) });
      });

      it('never takes back that a task is completed', async () => {
        const id = await jobWith(id => [
          planned(id, 1, 0),
          attempt(id, 'map 0', 1, 'committed', 3),
          attempt(id, 'map 0', 2, 'running', 4),
          attempt(id, 'map 0', 1, 'failed', 5, { final: true }),
          attempt(id, 'map 0', 2, 'failed', 5, { final: true }),
        ]);
        const { state, attempts } = await task(id, 'map', 0);
        expect([state, ...attempts.map(each => each.state)]).to.deep.equal(['completed', 'committed', 'failed']);
        expect((await job(id)).tasks.map).to.include({ completed: 1, failed: 0, running: 0 });
      });

      it('ignores news of jobs it does not know, and of tasks of other jobs', async () => {
        const id = await jobWith(id => [planned(id, 1, 0)]);
        const stranger = anyJob().job_id;
        const misplaced = { ...attempt(stranger, 'map 0', 1, 'running', 2), job_id: id };
        await history.recordEvents([planned(stranger, 1, 1), attempt(stranger, 'map 0', 1, 'running', 2), misplaced]);
        expect(await history.findJob(stranger)).to.equal(undefined);
        expect((await job(id)).tasks.map).to.include({ pending: 1, running: 0 });
      });

      it('keeps the counts right when batches come at once', async () => {
        const id = await jobWith(id => [planned(id, 40, 0)]);
        const batches = Array.from({ length: 40 }, (_, index) => [
          attempt(id, `map ${index}`, 1, 'running', 2),
          attempt(id, `map ${index}`, 1, 'committed', 3),
        ]);
        await Promise.all(batches.map(batch => history.recordEvents(batch)));
        expect((await job(id)).tasks.map).to.deep.equal({
          total: 40,
          pending: 0,
          running: 0,
          completed: 40,
          failed: 0,
        });
      });

      it('comes to the same end for news in any order, doubled, in batches of any size, verdict included', async () => {
        const legal = (id: string): (JobEvent | Verdict)[] => [
          planned(id, 4, 1),
          phase(id, 'map', 1),
          ...lifeOf(id, 'map 0', ['committed']),
          ...lifeOf(id, 'map 1', ['failed', 'committed']),
          ...lifeOf(id, 'map 2', ['lost', 'superseded', 'committed']),
          ...lifeOf(id, 'map 3', ['failed', 'lost', 'failed']),
          phase(id, 'shuffle', 30),
          ...lifeOf(id, 'reduce 0', ['cancelled']),
          verdict(id, 'failed'),
        ];
        // Job 0 hears everything in order, the others shuffled and twice; a batch has some news of each.
        const ids: string[] = [];
        for (let i = 0; i <= 25; i++) ids.push(await jobWith());
        const queues = ids.map((id, seed) => (seed === 0 ? legal(id) : shuffled([...legal(id), ...legal(id)], seed)));
        for (let round = 0; queues.some(queue => queue.length > 0); round++) {
          const batch = queues.flatMap((queue, seed) => queue.splice(0, 1 + ((seed + round * 5) % 13)));
          await history.recordEvents(batch.filter(each => 'type' in each));
          for (const each of batch) if (!('type' in each)) await history.finishJob(each);
        }
        const outcome = async (id: string) => {
          const text = JSON.stringify({ job: await job(id), tasks: await allTasks(id) });
          return JSON.parse(text.replaceAll(id, 'id'));
        };
        const [expected, ...others] = await Promise.all(ids.map(outcome));
        expect(expected.tasks.map(({ state }: Task) => state)).to.deep.equal([
          ...['completed', 'completed', 'completed', 'failed', 'cancelled'],
        ]);
        expect(expected.job.counters).to.include({ failed_attempts: 3, lost_attempts: 2 });
        others.forEach((other, i) => {
          expect(other, `seed ${i + 1}`).to.deep.equal(expected);
        });
      });

      it('takes the news of 10,000 tasks with less than 10 s of processor time', async function () {
        this.timeout(300_000);
        needsRunningMachine(this);
        const id = await jobWith(id => [planned(id, 10_000, 1)]);
        const started = performance.now();
        const usage = process.cpuUsage();
        for (const state of ['running', 'committed'] as const) {
          for (let first = 0; first < 10_000; first += 200) {
            const batch = Array.from({ length: 200 }, (_, i) => attempt(id, `map ${first + i}`, 1, state, 2));
            await history.recordEvents(batch);
          }
        }
        const { user, system } = process.cpuUsage(usage);
        const cpuSeconds = (user + system) / 1e6;
        const ingested = performance.now();
        for (let i = 0; i < 100; i++) await history.findStatus(id);
        const polled = (performance.now() - ingested) / 100;
        const seconds = (ingested - started) / 1000;
        process.stderr.write(
          `      20,000 events in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor; a status in ${polled.toFixed(2)} ms\n`,
        );
        expect((await job(id)).tasks.map.completed).to.equal(10_000);
        expect(cpuSeconds).to.be.lessThan(10);
      });
    });

    describe('listTasks', () => {
      const someNews = (id: string) => [
        planned(id, 5, 3),
        attempt(id, 'map 1', 1, 'running', 2),
        attempt(id, 'map 3', 1, 'committed', 2),
        attempt(id, 'map 4', 1, 'failed', 2),
        attempt(id, 'reduce 1', 1, 'failed', 2, { final: true }),
      ];

      it('gives all tasks of the plan, map before reduce, whatever the page size', async () => {
        const id = await jobWith(someNews);
        const expected = [...['map 0', 'map 1', 'map 2', 'map 3', 'map 4'], 'reduce 0', 'reduce 1', 'reduce 2'];
        for (const limit of [1, 3, 5, 8]) expect(numbers(await allTasks(id, { limit }))).to.deep.equal(expected);
      });

      it('filters by kind and state, page by page', async () => {
        const id = await jobWith(someNews);
        const found = async (query: Partial<TaskListQuery>) => numbers(await allTasks(id, { limit: 2, ...query }));
        expect(await found({ state: 'pending' })).to.deep.equal(['map 0', 'map 2', 'map 4', 'reduce 0', 'reduce 2']);
        expect(await found({ state: 'completed' })).to.deep.equal(['map 3']);
        expect(await found({ state: 'failed' })).to.deep.equal(['reduce 1']);
        expect(await found({ state: 'cancelled' })).to.deep.equal([]);
        expect(await found({ kind: 'reduce', state: 'pending' })).to.deep.equal(['reduce 0', 'reduce 2']);
        await history.finishJob(verdict(id, 'cancelled'));
        expect(await found({ state: 'pending' })).to.deep.equal([]);
        expect(await found({ state: 'cancelled', kind: 'map' })).to.deep.equal(['map 0', 'map 1', 'map 2', 'map 4']);
      });

      it('gives nothing of a job that is unknown or not planned', async () => {
        expect(await allTasks(await jobWith())).to.deep.equal([]);
        expect(await allTasks(anyJob().job_id)).to.deep.equal([]);
      });

      it('refuses the cursor of another list', async () => {
        const id = await jobWith(someNews);
        const cursor = Buffer.from(JSON.stringify({ created_at: at(1), job_id: id })).toString('base64url');
        expect(await failure(() => history.listTasks(id, { limit: 1, cursor }))).to.be.instanceOf(BadCursorError);
      });
    });

    describe('findTask', () => {
      it('knows planned tasks before there is news of them, and no others', async () => {
        const id = await jobWith(id => [planned(id, 1, 0)]);
        expect(await task(id, 'map', 0)).to.deep.include({ state: 'pending', attempts: [] });
        for (const unknown of [taskId(id, 'map', 1), taskId(id, 'reduce', 0), taskId(anyJob().job_id, 'map', 0), 'x']) {
          expect(await history.findTask(id, unknown), unknown).to.equal(undefined);
        }
      });
    });

    describe('finishJob', () => {
      it('ends a job once, as the first verdict says', async () => {
        const id = await jobWith(id => [planned(id, 2, 1)]);
        expect(await history.finishJob(verdict(id, 'completed', 100))).to.equal(true);
        expect(await history.finishJob(verdict(id, 'failed', 101))).to.equal(false);
        expect(await history.finishJob(verdict(anyJob().job_id, 'failed'))).to.equal(false);
        const { status, phase, finished_at, output, error, counters } = await job(id);
        expect({ status, phase, finished_at, error }).to.deep.equal({
          ...{ status: 'completed', phase: null, finished_at: at(100), error: null },
        });
        expect(output).to.deep.equal({ path: `output/${id}`, parts: 2, records: 7, bytes: 5_000_000_000 });
        expect(counters).to.deep.include({ map_input_records: 12, user: { words: 3.5 } });
      });

      it('completes all tasks of a completed job, also those whose news is behind', async () => {
        const id = await jobWith(id => [planned(id, 2, 1), attempt(id, 'map 0', 1, 'running', 2)]);
        await history.finishJob(verdict(id, 'completed'));
        const { tasks, progress } = await job(id);
        expect(tasks.map).to.deep.equal({ total: 2, pending: 0, running: 0, completed: 2, failed: 0 });
        expect(progress).to.deep.equal({ map: 1, reduce: 1 });
        expect((await allTasks(id, { state: 'completed' })).length).to.equal(3);
        await history.recordEvents([attempt(id, 'map 0', 1, 'committed', 3)]);
        expect(attemptStates(await task(id, 'map', 0))).to.deep.equal(['committed']);
      });

      it('cancels what had not ended, and still hears why an attempt failed', async () => {
        const id = await jobWith(id => [planned(id, 2, 1), attempt(id, 'map 0', 1, 'running', 2)]);
        await history.finishJob(verdict(id, 'failed'));
        const { attempts } = await task(id, 'map', 0);
        expect(attempts[0]).to.deep.include({ state: 'cancelled', finished_at: at(100) });
        expect((await allTasks(id)).map(({ state }) => state)).to.deep.equal(['cancelled', 'cancelled', 'cancelled']);
        const error = { code: 'user_code_error', message: 'x is not defined' } as const;
        await history.recordEvents([attempt(id, 'map 0', 1, 'failed', 3, { final: true, error })]);
        expect(await task(id, 'map', 0)).to.deep.include({ state: 'failed' });
        const { tasks, counters, error: why } = await job(id);
        expect(tasks.map).to.deep.equal({ total: 2, pending: 0, running: 0, completed: 0, failed: 1 });
        expect(counters.failed_attempts).to.equal(1);
        expect(why).to.deep.include({ code: 'user_code_error', column: 9 });
      });

      it('is not undone by late news', async () => {
        const id = await jobWith();
        await history.finishJob(verdict(id, 'cancelled'));
        await history.recordEvents([planned(id, 2, 1), phase(id, 'reduce'), attempt(id, 'map 0', 1, 'running', 2)]);
        expect(await job(id)).to.include({ status: 'cancelled', finished_at: at(100) });
        expect((await allTasks(id)).map(({ state }) => state)).to.deep.equal(['cancelled', 'cancelled', 'cancelled']);
      });
    });

    describe('check', () => {
      it('is content while the database answers', async () => await history.check());
    });
  });
}

/** An attempt for each ending, one after the other. The last one is final if it failed. */
function lifeOf(id: string, task: string, endings: ('committed' | 'superseded' | 'failed' | 'lost' | 'cancelled')[]) {
  return endings.flatMap((ending, i) => {
    const final = ending === 'failed' && i === endings.length - 1;
    const number = i + 1;
    const worker_id = ending === 'lost' ? 'sweep' : `worker-${number}`;
    return [
      attempt(id, task, number, 'running', 10 * number),
      attempt(id, task, number, ending, 10 * number + 5, { final, worker_id }),
    ];
  });
}

/** What a call fails with. */
export async function failure(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return expect.fail('it did not fail');
}
