/** The thread of `ObjectStoreServer`: answers requests, and fails as it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parentPort, workerData } from 'node:worker_threads';
import { BucketRequests } from './bucket-requests.js';
import type { StoreFaults } from './object-store-server.js';
import { element, xmlPage } from './s3-xml.js';

const requests = new BucketRequests((workerData as { readonly buckets: readonly string[] }).buckets);
let faults: StoreFaults = {};
let count = 0;

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  parentPort?.postMessage({ port: (server.address() as AddressInfo).port });
});
parentPort?.on('message', (plan: StoreFaults) => {
  faults = plan;
  count = 0;
  parentPort?.postMessage({ isSet: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const body = await buffer(request);
  const isHit =
    faults.every !== undefined && (faults.methods ?? [method]).includes(method) && ++count % faults.every === 0;
  if (isHit && faults.kind === 'slow_down')
    return send(response, 503, {}, xmlPage('Error', element('Code', 'SlowDown')));
  if (isHit && faults.kind === 'refused') return void response.destroy();
  if (isHit && faults.kind === 'silent') return;
  const answered = requests.answer(method, url, headers, body);
  if (isHit && faults.kind === 'answer_lost') return void response.destroy();
  if (isHit && faults.kind === 'cut' && answered.body instanceof Buffer && answered.body.length > 1) {
    response.writeHead(answered.status, answered.headers);
    response.write(answered.body.subarray(0, answered.body.length / 2), () => response.destroy());
    return;
  }
  send(response, answered.status, answered.headers ?? {}, answered.body);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body?: Buffer | string,
): void {
  response.writeHead(status, headers);
  response.end(body);
}
