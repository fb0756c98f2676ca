/** The thread's side of a `GuardedThread`: answers its owner's requests, one after the other. */
import { parentPort, type TransferListItem } from 'node:worker_threads';
import { failureOf, type Reply, type RequestMessage } from './thread-messages.js';

export interface RequestCalls {
  /** Tells the owner something before the answer. */
  notice(notice: unknown): void;
  /** Hands a buffer of the answer over instead of copying it. */
  transfer(item: TransferListItem): void;
}

/**
 * Call once, when everything is loaded: the owner's `start` waits for it. A `TaskError` or `RequestError` arrives as what it is.
 * @param afterwards work that a later request is spared, done once a request is answered; it may fail
 */
export function serveRequests<Req, Res>(
  handler: (request: Req, calls: RequestCalls) => Res | Promise<Res>,
  afterwards: (request: Req) => Promise<void> = async () => {},
): void {
  const port = parentPort;
  if (port === null) throw new Error('serveRequests runs in a worker thread only');
  const post = (reply: Reply, transfer: TransferListItem[] = []) => port.postMessage(reply, transfer);

  port.on('message', async ({ id, request }: RequestMessage) => {
    const transfer: TransferListItem[] = [];
    const calls: RequestCalls = {
      notice: notice => post({ kind: 'notice', id, notice }),
      transfer: item => transfer.push(item),
    };
    try {
      post({ kind: 'answer', id, result: await handler(request as Req, calls) }, transfer);
    } catch (error) {
      post({ kind: 'failure', id, failure: failureOf(error) });
    }
    await afterwards(request as Req).catch(() => undefined);
  });
  post({ kind: 'ready' });
}
