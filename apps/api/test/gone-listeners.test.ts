/** Whoever asks for events and is gone before it is heard leaves nothing behind. */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { History } from '@gridmr/history';
import { expect } from 'chai';
import type { Request, Response } from 'express';
import { LiveEvents } from '../dist/index.js';
import { RecordedLog } from './recorded-log.js';

const jobId = 'j01m8b0m31jxkzdafw0dnmm';

describe('a listener that goes before it is heard', () => {
  it('is not counted', async () => {
    let look = () => {};
    const looked = new Promise<void>(resolve => {
      look = resolve;
    });
    const findStatus = async () => {
      await looked;
      return { status: 'running' };
    };
    using live = new LiveEvents({ findStatus } as unknown as History, new RecordedLog());
    let end = () => {};
    const gone = new Promise<void>(resolve => {
      end = resolve;
    });
    const server = createServer(async (request, response) => {
      Object.assign(request, { get: () => undefined });
      Object.assign(response, { status: () => response, set: () => response });
      const closed = once(response, 'close');
      const listening = live.listenToJob(jobId, request as Request, response as unknown as Response);
      await closed;
      look();
      await listening;
      end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/' });
    asked.on('error', () => undefined);
    await once(server, 'request');
    asked.destroy();
    await gone;
    expect(live.count).to.equal(0);
    server.close();
  });
});
