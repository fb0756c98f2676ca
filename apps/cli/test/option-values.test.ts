import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { parameterOf, positiveNumber, sizeInBytes, wholeNumber } from '../dist/job-file/option-values.js';

describe('values of options', () => {
  it('are sizes with units of a thousand or of 1,024, or bytes', () => {
    expect(sizeInBytes('100MB')).to.equal(100_000_000);
    expect(sizeInBytes('1.5 GiB')).to.equal(1_610_612_736);
    expect(sizeInBytes('4096')).to.equal(4096);
    for (const bad of ['', 'MB', '1 parsec', '-1KB', '1e3']) {
      expect(() => sizeInBytes(bad), bad).to.throw(InvalidArgumentError);
    }
  });

  it('are whole numbers', () => {
    expect(wholeNumber('0')).to.equal(0);
    for (const bad of ['', '-1', '1.5', '0x10', 'many'])
      expect(() => wholeNumber(bad), bad).to.throw(InvalidArgumentError);
    expect(() => positiveNumber('0')).to.throw(InvalidArgumentError);
  });

  it('are parameters, gathered: JSON, or else text', () => {
    const first = parameterOf('centres=[[0,1]]', {});
    expect(parameterOf('title=a = b', first)).to.deep.equal({ centres: [[0, 1]], title: 'a = b' });
    expect(() => parameterOf('novalue', {})).to.throw(InvalidArgumentError);
  });
});
