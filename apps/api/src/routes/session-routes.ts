/** Sessions of browsers: sign in with a key, ask who one is, sign out. */
import { routes, type Session, sessionCookie, sessionRequestSchema, sessionSchema } from '@gridmr/contracts';
import type { CookieOptions, Request } from 'express';
import { judgeSecret, tokenOf } from '../access/authenticate.js';
import { anonymous, type Caller } from '../access/caller.js';
import type { ApiDependencies } from '../dependencies.js';
import { type Route, route } from '../route.js';

export function sessionRoutes(dependencies: ApiDependencies): Route[] {
  return [openRoute(dependencies), readRoute(), closeRoute(dependencies)];
}

function openRoute({ access }: ApiDependencies): Route {
  return route({
    method: 'post',
    path: routes.session,
    id: 'openSession',
    access: 'public',
    summary: 'Sign in a browser with an API key',
    description:
      'Sets a cookie that scripts cannot read and other sites cannot use, for 12 hours at most. Changes that are asked for with it need the header ' +
      '`x-gridmr-client`, with any value, or come from a page of the same origin.',
    body: sessionRequestSchema,
    answers: { 200: { description: 'Who the caller is now', schema: sessionSchema } },
    problems: ['unauthorized', 'forbidden', 'too_many_requests', 'database_unavailable'],
    handle: async ({ body, request, response }) => {
      if (await access.keys.isOff()) return { status: 200, body: sessionOf(anonymous) };
      const caller = await judgeSecret(access, body.key, request, response);
      const { token, expiresAt } = await access.sessions.open(caller);
      await access.audit.note('session.open', undefined, caller, request, response);
      response.cookie(sessionCookie, token, { ...cookieOptions(request), expires: new Date(expiresAt) });
      return { status: 200, body: sessionOf({ ...caller, expiresAt }), headers: { 'cache-control': 'no-store' } };
    },
  });
}

function readRoute(): Route {
  return route({
    method: 'get',
    path: routes.session,
    id: 'readSession',
    access: 'read',
    summary: 'Who the caller is, by its key or its session',
    answers: { 200: { description: 'Who it is', schema: sessionSchema } },
    problems: ['database_unavailable'],
    handle: ({ caller }) => ({ status: 200, body: sessionOf(caller), headers: { 'cache-control': 'no-store' } }),
  });
}

function closeRoute({ access }: ApiDependencies): Route {
  return route({
    method: 'delete',
    path: routes.session,
    id: 'closeSession',
    access: 'read',
    audit: 'session.close',
    summary: 'Sign out',
    answers: { 204: { description: 'The session is closed' } },
    problems: ['database_unavailable'],
    handle: async ({ request, response }) => {
      const token = tokenOf(request);
      if (token !== undefined) await access.sessions.close(token);
      response.clearCookie(sessionCookie, cookieOptions(request));
      return { status: 204, body: undefined };
    },
  });
}

function cookieOptions(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' };
}

function sessionOf(caller: Caller): Session {
  const { clientId, role, keyId, expiresAt } = caller;
  if (role === 'scraper') throw new Error('a scraper has no session');
  return {
    authentication: caller === anonymous ? 'off' : 'on',
    client_id: clientId,
    role,
    key_id: keyId,
    expires_at: expiresAt ?? null,
  };
}
