/** When something that died is started again: soon if it had lived, ever later if it dies at once. */
import { processLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { RestartPause } from '../dist/restart-pause.js';

const { restartDelayMs, restartDelayMaxMs, restartForgivenMs } = processLimits;

describe('the pause before a restart', () => {
  let nowMs = 0;
  let pause: RestartPause;

  beforeEach(() => {
    nowMs = 0;
    pause = new RestartPause(() => nowMs);
  });

  /** The pause after a life of `livedMs`, which then passes. */
  function pauseAfter(livedMs: number): number {
    nowMs += livedMs;
    const pauseMs = pause.nextMs();
    nowMs += pauseMs;
    return pauseMs;
  }

  it('doubles for what dies at once, up to its limit', () => {
    const pauses = Array.from({ length: 12 }, () => pauseAfter(0));
    expect(pauses.slice(0, 4)).to.deep.equal([1, 2, 4, 8].map(times => times * restartDelayMs));
    expect(pauses.slice(-2)).to.deep.equal([restartDelayMaxMs, restartDelayMaxMs]);
  });

  it('stays the shortest for what lives for a while each time, however often it dies', () => {
    for (let death = 0; death < 100; death++) expect(pauseAfter(restartForgivenMs)).to.equal(restartDelayMs);
  });

  it('forgives one death for each stretch of life, and no more', () => {
    for (let death = 0; death < 4; death++) pauseAfter(0);
    expect(pauseAfter(2 * restartForgivenMs)).to.equal(4 * restartDelayMs);
    expect(pauseAfter(0)).to.equal(8 * restartDelayMs);
  });

  it('never asks for more lives than the limit is worth', () => {
    for (let death = 0; death < 1000; death++) pauseAfter(0);
    const doublings = Math.ceil(Math.log2(restartDelayMaxMs / restartDelayMs));
    expect(pauseAfter(doublings * restartForgivenMs)).to.equal(restartDelayMs);
  });

  it('does not count the pause itself as life', () => {
    for (let death = 0; death < 100; death++) expect(pauseAfter(0)).to.be.at.most(restartDelayMaxMs);
    expect(pauseAfter(restartForgivenMs - 1)).to.equal(restartDelayMaxMs);
  });
});
