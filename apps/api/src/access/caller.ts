/** Who sent a request. */
import type { CallerRole } from '@gridmr/contracts';
import type { Response } from 'express';

export interface Caller {
  /** The owner of what it submits and uploads. */
  readonly clientId: string;
  readonly role: CallerRole;
  /** Null while authentication is off, and for monitoring. */
  readonly keyId: string | null;
  /** Of the key, or of the session; undefined for what never expires. */
  readonly expiresAt?: string | undefined;
}

/** Everybody, while authentication is off. */
export const anonymous: Caller = { clientId: 'anonymous', role: 'admin', keyId: null };

/** Somebody who uses a public route: it has not been asked who. */
export const nobody: Caller = { clientId: 'anonymous', role: 'scraper', keyId: null };

export function setCaller(response: Response, caller: Caller): void {
  response.locals.caller = caller;
}

/** Whom `admit` let in. */
export function callerOf(response: Response): Caller {
  const caller: Caller | undefined = response.locals.caller;
  if (caller === undefined) throw new Error('a route is mounted without admission');
  return caller;
}
