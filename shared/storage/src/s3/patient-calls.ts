/** Calls of an object store, each made again while it fails for now: see `patience.ts`. */
import type { Patience } from '../patience.js';
import { type CallName, callNames, type ObjectCalls } from './object-calls.js';

export function patientCalls(calls: ObjectCalls, patience: Patience): ObjectCalls {
  const patient = (name: CallName) => {
    const call = calls[name].bind(calls) as (argument: unknown) => Promise<unknown>;
    return [name, (argument: unknown) => patience.run(() => call(argument))];
  };
  return Object.fromEntries(callNames.map(patient)) as ObjectCalls;
}
