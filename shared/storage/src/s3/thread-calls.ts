/**
 * Calls of an object store that may be waited for where nothing can be awaited: in the middle of a call out of the sandbox.
 *
 * Algorithm: another thread has the connections. A call is a message to it; its answer is a message back, after which it counts up a number in shared
 * memory. Who cannot await sleeps until that number changes, then takes the messages off the port by itself, without the event loop. Several
 * calls may be under way, so that a file is fetched ahead, or sent, while this thread computes.
 *
 * Cost: about a tenth of a millisecond a call; bytes change hands without being copied.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { objectStoreLimits } from '@gridmr/contracts';
import { type Answer, type Argument, type CallName, callNames, type ObjectCalls } from './object-calls.js';
import { ObjectError } from './object-errors.js';
import type { CallAnswer, CallRequest, ObjectThreadData } from './thread-messages.js';

/** A call under way. */
export interface StartedCall<Result> {
  readonly isAnswered: boolean;
  /** Sleeps until the answer is there. Throws `ObjectError`. */
  wait(): Result;
  answer(): Promise<Result>;
}

const entry = new URL('./object-thread.js', import.meta.url);

export class ThreadCalls {
  /** The same calls for who can await them. */
  readonly calls: ObjectCalls;
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #pending = new Map<number, PendingCall>();
  readonly #deadlineMs: number;
  #lastId = 0;
  #failure: ObjectError | undefined;

  constructor(address: string, patienceMs: number) {
    const { port1, port2 } = new MessageChannel();
    const workerData: ObjectThreadData = { address, patienceMs, port: port2, signal: this.#signal };
    const worker = new Worker(entry, { name: 'object-store', workerData, transferList: [port2] });
    worker.unref();
    worker.once('error', error => this.#end(error.message));
    worker.once('exit', code => this.#end(`it ended with ${code}`));
    this.#port = port1;
    this.#port.on('message', (message: CallAnswer) => this.#take(message));
    this.#port.unref();
    // The last try may begin when the patience ends.
    this.#deadlineMs = patienceMs + 2 * objectStoreLimits.requestMs;
    const awaited = (name: CallName) => [name, (argument: never) => this.start(name, argument).answer()];
    this.calls = Object.fromEntries(callNames.map(awaited)) as ObjectCalls;
  }

  /** Bytes in the argument are no longer the caller's if their buffer is among `transfer`. */
  start<Name extends CallName>(
    name: Name,
    argument: Argument<Name>,
    transfer: ArrayBuffer[] = [],
  ): StartedCall<Answer<Name>> {
    const id = ++this.#lastId;
    const call = new PendingCall(() => this.#sleepUntil(() => call.isAnswered));
    if (this.#failure !== undefined) {
      call.settle({ id, error: this.#failure });
      return call as StartedCall<Answer<Name>>;
    }
    this.#pending.set(id, call);
    this.#port.ref();
    this.#port.postMessage({ id, name, argument } satisfies CallRequest, transfer);
    return call as StartedCall<Answer<Name>>;
  }

  #sleepUntil(isDone: () => boolean): void {
    const endMs = performance.now() + this.#deadlineMs;
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
        this.#take(next.message as CallAnswer);
      }
      if (isDone()) return;
      if (performance.now() > endMs)
        throw new ObjectError('passing', 'TimeoutError', 'the object store did not answer');
      Atomics.wait(this.#signal, 0, seen, objectStoreLimits.waitSliceMs);
    }
  }

  #take(answer: CallAnswer): void {
    const call = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) this.#port.unref();
    call?.settle(answer);
  }

  #end(why: string): void {
    this.#failure ??= new ObjectError(
      'other',
      'ThreadEnded',
      `the thread that talks to the object store ended: ${why}`,
    );
    for (const id of [...this.#pending.keys()]) this.#take({ id, error: this.#failure });
  }
}

class PendingCall implements StartedCall<unknown> {
  readonly #sleep: () => void;
  #answer: CallAnswer | undefined;
  #onAnswer = () => {};

  constructor(sleep: () => void) {
    this.#sleep = sleep;
  }

  get isAnswered(): boolean {
    return this.#answer !== undefined;
  }

  wait(): unknown {
    if (this.#answer === undefined) this.#sleep();
    return this.#result();
  }

  async answer(): Promise<unknown> {
    if (this.#answer === undefined) {
      await new Promise<void>(resolve => {
        this.#onAnswer = resolve;
      });
    }
    return this.#result();
  }

  settle(answer: CallAnswer): void {
    this.#answer = answer;
    this.#onAnswer();
  }

  #result(): unknown {
    const { error, result } = this.#answer ?? {};
    if (error !== undefined) throw new ObjectError(error.fault, error.code, error.message);
    return result;
  }
}
