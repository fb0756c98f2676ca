/** What a thread and the one that talks to the object store for it say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { CallName } from './object-calls.js';
import type { ObjectFault } from './object-errors.js';

export interface ObjectThreadData {
  readonly address: string;
  readonly patienceMs: number;
  readonly port: MessagePort;
  /** Counts answers. */
  readonly signal: Int32Array<SharedArrayBuffer>;
}

export interface CallRequest {
  readonly id: number;
  readonly name: CallName;
  readonly argument: unknown;
}

export interface CallAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly fault: ObjectFault; readonly code: string; readonly message: string };
}
