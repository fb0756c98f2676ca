/** How many unfinished jobs a client has at most, without counting them again. */
import { historyLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { UnfinishedBounds } from '../dist/unfinished-bounds.js';

describe('the bound of a client with unfinished jobs', () => {
  let bounds: UnfinishedBounds;

  beforeEach(() => {
    bounds = new UnfinishedBounds();
  });

  it('is not known before they were counted', () => {
    bounds.add('ada');
    expect(bounds.below('ada', 100)).to.equal(undefined);
  });

  it('is their count and what was added since', () => {
    bounds.begin('ada')(3);
    bounds.add('ada');
    bounds.add('bob');
    expect(bounds.below('ada', 5)).to.equal(4);
  });

  it('says nothing where it is not below what is asked for', () => {
    bounds.begin('ada')(3);
    bounds.add('ada');
    expect(bounds.below('ada', 4)).to.equal(undefined);
  });

  it('holds what was added while they were counted', () => {
    const counted = bounds.begin('ada');
    bounds.add('ada');
    counted(3);
    expect(bounds.below('ada', 100)).to.equal(4);
  });

  it('is that of the last count', () => {
    bounds.begin('ada')(30);
    bounds.add('ada');
    bounds.begin('ada')(2);
    expect(bounds.below('ada', 100)).to.equal(2);
  });

  it('is forgotten of the client that was counted longest ago, where there are many', () => {
    for (let i = 0; i <= historyLimits.boundedClientsMax; i++) bounds.begin(`client ${i}`)(1);
    expect(bounds.below('client 0', 100)).to.equal(undefined);
    expect(bounds.below('client 1', 100)).to.equal(1);
  });
});
