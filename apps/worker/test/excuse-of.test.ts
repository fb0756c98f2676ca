/** What is told of an attempt that was stopped because another one of its task is committed. */
import { taskId } from '@gridmr/contracts';
import type { Job } from 'bullmq';
import { expect } from 'chai';
import { AttemptNews } from '../dist/attempts/attempt-news.js';
import { excuseOf } from '../dist/attempts/excuse-of.js';
import type { MessageAtWork } from '../dist/attempts/message-tasks.js';
import { stopReasons } from '../dist/attempts/stop-reason.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

const minuteMs = 60_000;

describe('an attempt whose task another one has committed', function () {
  this.timeout(60_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  /** States that are told of attempt 2, whose worker got its message `ms` after the commit of attempt 1. */
  async function toldOf(ms: number, isKnown = false): Promise<string[]> {
    const asked = await fixture.ask();
    const plan = await fixture.plan(asked, 1);
    const task = { job_id: asked.job_id, kind: 'map', index: 0 } as const;
    const id = taskId(asked.job_id, 'map', 0);
    const news = new AttemptNews(fixture.tools, task, 2);
    if (isKnown) news.publish('running');
    await fixture.commitElsewhere(id, new Date(Date.now() - ms).toISOString());
    const message = { stalledCounter: 1, attemptsMade: 0, attemptsStarted: 2 } as Job;
    const work: MessageAtWork = { message, task, asked, plan };
    const excuse = await excuseOf(fixture.tools, work, 0, stopReasons.overtaken);
    excuse?.(news, new Error('stopped'));
    await fixture.tools.news.flush();
    return (await fixture.newsOf(id)).map(({ state }) => state);
  }

  it('is cancelled if its worker had the message before', async () => {
    expect(await toldOf(-minuteMs)).to.deep.equal(['cancelled']);
  });

  it('is none if its worker got the message after', async () => {
    expect(await toldOf(minuteMs)).to.deep.equal([]);
  });

  it('is cancelled in any case if it has been heard of', async () => {
    expect(await toldOf(minuteMs, true)).to.deep.equal(['running', 'cancelled']);
  });
});
