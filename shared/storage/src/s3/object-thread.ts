/** The thread that talks to the object store for one that may not wait for events: see `thread-calls.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ObjectCalls } from './object-calls.js';
import { openCalls } from './open-calls.js';
import { objectErrorOf } from './sdk-faults.js';
import type { CallAnswer, CallRequest, ObjectThreadData } from './thread-messages.js';

const { address, patienceMs, port, signal } = workerData as ObjectThreadData;
const opening = openCalls(address, patienceMs);

// It lives as long as the thread that it works for, which it is a child of.
parentPort?.ref();
port.on('message', (request: CallRequest) => {
  answer(request).then(send);
});

async function answer({ id, name, argument }: CallRequest): Promise<CallAnswer> {
  try {
    const calls: ObjectCalls = await opening;
    const call = calls[name] as (argument: unknown) => Promise<unknown>;
    return { id, result: await call(argument) };
  } catch (error) {
    const { fault, code, message } = objectErrorOf(error);
    return { id, error: { fault, code, message } };
  }
}

function send(message: CallAnswer): void {
  port.postMessage(message, message.result instanceof Uint8Array ? owned(message.result) : []);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

/** Bytes that nothing else shares a buffer with need not be copied. */
function owned({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0 ? [buffer] : [];
}
