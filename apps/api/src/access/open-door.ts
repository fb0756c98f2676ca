/** Without keys everybody may do everything, so nobody from outside may come near. */
import type { KeyRing } from './key-ring.js';

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1'];

export function isLoopback(host: string): boolean {
  return loopbackHosts.includes(host) || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Throws for an address that others can reach, while there is no key. */
export async function refuseOpenDoor(host: string, keys: KeyRing): Promise<void> {
  if (isLoopback(host) || (await keys.any())) return;
  throw new OpenDoorError(host);
}

/** For the operator. */
class OpenDoorError extends Error {
  override readonly name = 'OpenDoorError';

  constructor(host: string) {
    super(
      `GRIDMR_API_HOST is ${JSON.stringify(host)}, which others can reach, while authentication is off. Set GRIDMR_API_KEYS=name:admin:secret, ` +
        'or make a key while the API listens on a loopback address: 127.0.0.1, ::1 or localhost',
    );
  }
}
