/** Takes the steps of a scenario's flows, as many at once as the flow has connections, at the rate that it asks for. */
import { setTimeout as delay } from 'node:timers/promises';

const secondMs = 1000;

/** One iteration, to its end. Answers what the generator returns; a mistake in it is a complaint like others. */
export async function takeSteps(flow, sender, figures) {
  try {
    let step = flow.next();
    while (!step.done) step = flow.next(await take(step.value, sender, figures));
    return step.value;
  } catch (error) {
    figures.complain('checks', `a flow ended early: ${error.message}`);
    return undefined;
  }
}

async function take(step, sender, figures) {
  switch (step.step) {
    case 'request': {
      const answer = await sender.send(step);
      const fault =
        answer.status === step.expect ? undefined : `${step.name}: ${answer.status}, ${answer.text.slice(0, 200)}`;
      figures.request(step.name, answer.ms, fault);
      return answer;
    }
    case 'pause':
      return await delay(step.ms);
    case 'check':
      return figures.check(step.name, step.ok);
    case 'timing':
      return figures.timing(step.name, step.ms);
  }
}

/** Until the time is over, or once. What is begun is brought to its end. */
export async function driveFlow(spec, connections, begin, endMs, sender, figures) {
  const turns = spec.perSecond === undefined ? undefined : new Turns(spec.perSecond);
  const drive = async () => {
    do {
      if (turns !== undefined && !(await turns.wait(endMs))) return;
      await takeSteps(begin(), sender, figures);
    } while (spec.once !== true && performance.now() < endMs);
  };
  await Promise.all(Array.from({ length: connections }, drive));
}

/** Iterations begin so far apart, whichever connection makes them. */
class Turns {
  #nextMs = performance.now();
  #gapMs;

  constructor(perSecond) {
    this.#gapMs = secondMs / perSecond;
  }

  /** False when the turn would come too late. */
  async wait(endMs) {
    const turnMs = Math.max(this.#nextMs, performance.now());
    if (turnMs >= endMs) return false;
    this.#nextMs = turnMs + this.#gapMs;
    await delay(turnMs - performance.now());
    return true;
  }
}
