/** How long the parts of an object are: small ones first, so that little is held in memory, and larger ones when there are many. */
import { objectStoreLimits } from '@gridmr/contracts';
import { ObjectError } from './object-errors.js';

/** @param number from 1. Throws `ObjectError` when an object can have no more parts. */
export function partBytes(number: number): number {
  const { smallPartsMax, partBytes: small, largePartBytes, partsMax } = objectStoreLimits;
  if (number > partsMax) throw new ObjectError('other', 'EntityTooLarge', 'an object has no more parts');
  return number <= smallPartsMax ? small : largePartBytes;
}
