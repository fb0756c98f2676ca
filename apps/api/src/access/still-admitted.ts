/** A stream of events may be open for days: whoever it was opened for is asked now and then, so that it ends soon after its key or session does. */
import { accessLimits, RequestError } from '@gridmr/contracts';
import type { Request, Response } from 'express';
import type { AccessControl } from './access-control.js';
import { authenticate } from './authenticate.js';

/** Ends the answer once its request would be refused. Whether that can be found out just now makes no difference. */
export function endWhenRefused(control: AccessControl, request: Request, response: Response): void {
  const look = async () => {
    try {
      await authenticate(control, request, response);
    } catch (error) {
      const isRefused = error instanceof RequestError && error.code === 'unauthorized';
      if (isRefused) response.end();
    }
  };
  // Whoever has gone already will not go again.
  if (response.destroyed) return;
  const timer = setInterval(look, accessLimits.streamCheckMs).unref();
  response.once('close', () => clearInterval(timer));
}
