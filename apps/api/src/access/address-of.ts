/** Where a request comes from. */
import { isIPv6 } from 'node:net';
import type { Request } from 'express';

const unmapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const blocksOfNetwork = 4;

/** For people to read. */
export function addressOf(request: Request): string {
  const address = request.ip ?? '';
  return unmapped.exec(address)?.[1] ?? address;
}

/** For counting: whoever has one address of IPv6 has all of its network of 64 bits. */
export function networkOf(request: Request): string {
  const address = addressOf(request);
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const before = head.split(':').filter(block => block !== '');
  const after = tail.split(':').filter(block => block !== '');
  const zeros = address.includes('::') ? Array.from({ length: 8 - before.length - after.length }, () => '0') : [];
  return [...before, ...zeros, ...after].slice(0, blocksOfNetwork).join(':');
}
