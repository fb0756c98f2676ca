/**
 * While authentication is off, whoever reaches the API may do everything. It listens on a loopback address then, but a browser on the same machine does too, and
 * shows pages of strangers: such a page may send requests here, or have its own name lead here (DNS rebinding). A browser says whose page asks and
 * by which name it found us, and a page can change neither.
 */
import { RequestError } from '@gridmr/contracts';
import type { Request } from 'express';
import { isLoopback } from './open-door.js';

/** Throws `RequestError` `forbidden` for what a page of others may have asked for. */
export function refusePagesOfOthers(request: Request): void {
  const host = request.get('host') ?? '';
  if (!isLoopback(hostname(`http://${host}`))) {
    throw new RequestError(
      'forbidden',
      'While authentication is off, this server answers at localhost, 127.0.0.1 or [::1] only; set GRIDMR_API_KEYS to use it by another name',
    );
  }
  const origin = request.get('origin');
  if (origin === undefined || isLoopback(hostname(origin))) return;
  throw new RequestError('forbidden', 'While authentication is off, pages of other servers may not use this one');
}

/** Empty for what is no address. */
function hostname(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : '';
}
