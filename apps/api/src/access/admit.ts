/** The one place that decides whether a caller may use a route. */
import { type Access, mayAccess, RequestError } from '@gridmr/contracts';
import type { RequestHandler } from 'express';
import { anonymous, setCaller } from './caller.js';

export function admit(access: Access): RequestHandler {
  return (_request, response, next) => {
    const caller = anonymous;
    if (!mayAccess(caller.role, access)) {
      throw new RequestError('forbidden', `A key of the role ${caller.role} may not do that`);
    }
    setCaller(response, caller);
    next();
  };
}
