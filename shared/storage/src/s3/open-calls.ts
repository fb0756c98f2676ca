/** Loads the SDK, which takes a while and some memory: only who keeps files in an object store pays for it. */
import { Patience } from '../patience.js';
import { parseObjectAddress } from './object-address.js';
import type { ObjectCalls } from './object-calls.js';
import { patientCalls } from './patient-calls.js';

export async function openCalls(address: string, patienceMs: number): Promise<ObjectCalls> {
  // The version that is pinned supports every Node.js that GridMR does: it is for who raises it to hear of later ones.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { SdkCalls } = await import('./sdk-calls.js');
  return patientCalls(new SdkCalls(parseObjectAddress(address)), new Patience({ ms: patienceMs, mayBlock: false }));
}
