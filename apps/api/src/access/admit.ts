/** The one place that decides whether a caller may use a route: who it is, whether it asks too often, what its role may. */
import { type Access, mayAccess, RequestError } from '@gridmr/contracts';
import type { Request, RequestHandler } from 'express';
import type { AccessControl } from './access-control.js';
import { networkOf } from './address-of.js';
import { authenticate } from './authenticate.js';
import { anonymous, type Caller, nobody, setCaller } from './caller.js';

/** For a row of the route table, and for what is mounted beside it. */
export function admit(control: AccessControl, access: Access): RequestHandler {
  return async (request, response, next) => {
    const caller = access === 'public' ? nobody : await authenticate(control, request, response);
    if (caller !== anonymous) await spend(control, access, caller, request);
    if (!mayAccess(caller.role, access)) throw new RequestError('forbidden', refusal(caller, access));
    setCaller(response, caller);
    next();
  };
}

/** What is public must be answered also while Redis and database are away, so it is counted without them. */
async function spend({ limits, keys }: AccessControl, access: Access, caller: Caller, request: Request): Promise<void> {
  if (caller === nobody) {
    if (keys.isAlwaysOn) await limits.spendAlone('reads', networkOf(request));
    return;
  }
  await limits.spend(access === 'write' ? 'changes' : 'reads', caller.keyId ?? networkOf(request));
}

function refusal({ role }: Caller, access: Access): string {
  if (role === 'viewer' && access === 'write') return 'A key of the role viewer reads everything and changes nothing';
  return `A key of the role ${role} may not do that`;
}
