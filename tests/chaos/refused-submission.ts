/** A submission that cannot be served now is told so at once, with the reason, and when to come back. */
import { problemSchema } from '@gridmr/contracts';
import { StallMeter } from '@gridmr/testkit';
import { expect } from 'chai';
import { slowJob } from './slow-job.js';

/** A request must not wait as long as a worker does. */
const answerMsMax = 2000;

export async function refusesSubmission(url: string, wanted: { code: string; detail: RegExp }): Promise<void> {
  using clock = new StallMeter();
  const answer = await fetch(`${url}/api/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(slowJob),
  });
  const problem = problemSchema.parse(await answer.json());
  expect(clock.ranMs).to.be.lessThan(answerMsMax);
  expect(problem).to.include({ status: 503, code: wanted.code });
  expect(problem.detail).to.match(wanted.detail);
  expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
}
