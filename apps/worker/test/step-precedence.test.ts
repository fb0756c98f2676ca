import { queueLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { StepPrecedence } from '../dist/step-precedence.js';

const late = { index: queueLimits.promptTasks };
const early = { index: queueLimits.promptTasks - 1 };

/** A step that ends when it is told to. */
function openStep(steps: StepPrecedence) {
  let end!: (error?: Error) => void;
  const ended = new Promise<void>((resolve, reject) => {
    end = error => (error === undefined ? resolve() : reject(error));
  });
  return { end, done: steps.during(() => ended) };
}

describe('StepPrecedence', () => {
  it('has a task of a large job begin once the steps at work have ended, well or not', async () => {
    const steps = new StepPrecedence();
    const [first, second] = [openStep(steps), openStep(steps)];
    const order: string[] = [];
    const begun = steps.giveWay(late).then(() => order.push('task'));
    first.end();
    await first.done.then(() => order.push('first step'));
    second.end(new Error('broken'));
    await second.done.catch(({ message }: Error) => order.push(message));
    await begun;
    expect(order).to.deep.equal(['first step', 'broken', 'task']);
  });

  it('has it wait for a moment only', async () => {
    const steps = new StepPrecedence();
    const step = openStep(steps);
    const startedMs = performance.now();
    await steps.giveWay(late);
    expect(performance.now() - startedMs).to.be.at.least(queueLimits.precedenceMs - 2);
    step.end();
    await step.done;
  });

  it('keeps neither the first tasks of a job waiting, nor anything when no step is at work', async () => {
    const steps = new StepPrecedence();
    const step = openStep(steps);
    const order: string[] = [];
    const waiting = steps.giveWay(late).then(() => order.push('late'));
    await steps.giveWay(early).then(() => order.push('early'));
    step.end();
    await Promise.all([step.done, waiting]);
    await steps.giveWay(late).then(() => order.push('later'));
    expect(order).to.deep.equal(['early', 'late', 'later']);
  });
});
