/** Finds out who sends a request: by a key in a header, or by the cookie of a session. */
import { headers, RequestError, sessionCookie } from '@gridmr/contracts';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { AccessControl } from './access-control.js';
import { networkOf } from './address-of.js';
import { anonymous, type Caller } from './caller.js';
import { refusePagesOfOthers } from './own-machine.js';

const bearer = /^bearer +(\S+)$/i;
const harmless: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Throws `RequestError` `unauthorized`, `forbidden` for a change that a page of others may have asked for, `RateLimitedError`. */
export async function authenticate(control: AccessControl, request: Request, response: Response): Promise<Caller> {
  if (await control.keys.isOff()) {
    refusePagesOfOthers(request);
    return anonymous;
  }
  const secret = secretOf(request);
  if (secret !== undefined) return await believe(control, control.keys, secret, request, response);
  const token = tokenOf(request);
  if (token === undefined) throw new RequestError('unauthorized', 'Send an API key: Authorization: Bearer <secret>');
  refuseForgery(request);
  return await believe(control, control.sessions, token, request, response);
}

/** Judges a secret that came in a body. */
export function judgeSecret(control: AccessControl, secret: string, request: Request, response: Response) {
  return believe(control, control.keys, secret, request, response);
}

export function tokenOf(request: Request): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : parseCookie(cookie)[sessionCookie];
}

/** What knows secrets. */
interface Register {
  believed(secret: string): Caller | undefined;
  find(secret: string): Promise<Caller | undefined>;
}

/** Whoever has guessed too often is not even looked at, unless it is known already. */
async function believe(
  { limits, keys, audit }: AccessControl,
  register: Register,
  secret: string,
  request: Request,
  response: Response,
): Promise<Caller> {
  const known = register.believed(secret);
  const address = networkOf(request);
  if (known === undefined) await limits.refuseGuessing(address);
  const caller = known ?? (await register.find(secret));
  if (caller === undefined) {
    await limits.countRefusal(address);
    await audit.note('caller.refuse', `${request.method} ${request.path}`, undefined, request, response);
    throw new RequestError('unauthorized', 'This key or session is not known, or has expired');
  }
  keys.noteUse(caller);
  return caller;
}

function secretOf(request: Request): string | undefined {
  const given = request.get('authorization');
  if (given === undefined) return request.get(headers.apiKey);
  const secret = bearer.exec(given)?.[1];
  if (secret === undefined)
    throw new RequestError('unauthorized', 'The header must read Authorization: Bearer <secret>');
  return secret;
}

/**
 * Browsers send the cookie by themselves, also with what another page asks for, where they do not know SameSite. None of these
 * can a page of another origin make them send.
 */
function refuseForgery(request: Request): void {
  if (harmless.includes(request.method)) return;
  if (request.get(headers.client) !== undefined) return;
  if (request.get('sec-fetch-site') === 'same-origin') return;
  const origin = request.get('origin') ?? '';
  if (URL.canParse(origin) && new URL(origin).host === request.get('host')) return;
  throw new RequestError('forbidden', `With a session, changes need the header ${headers.client}, with any value`);
}
