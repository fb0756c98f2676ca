import { queueLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { boundedBackoff } from '../dist/retry-backoff.js';

describe('boundedBackoff', () => {
  const { retryBackoffMs, retryBackoffMaxMs, retryJitter } = queueLimits;

  it('doubles from the first pause on', () => {
    for (const [attempts, longest] of [retryBackoffMs, 2 * retryBackoffMs, 4 * retryBackoffMs].entries()) {
      expect(boundedBackoff(attempts + 1)).to.be.within(longest * (1 - retryJitter) - 1, longest);
    }
  });

  it('never exceeds its bound, however often a message failed', () => {
    for (const attempts of [5, 10, 100, 10_000]) {
      expect(boundedBackoff(attempts)).to.be.within(retryBackoffMaxMs * (1 - retryJitter) - 1, retryBackoffMaxMs);
    }
  });

  it('differs between messages that failed together', () => {
    expect(new Set(Array.from({ length: 20 }, () => boundedBackoff(8))).size).to.be.greaterThan(1);
  });
});
