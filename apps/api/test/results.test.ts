import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { partName } from '@gridmr/contracts';
import { heldBytes, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import type { Response } from 'supertest';
import { withApi } from './api-under-test.js';
import { completeJob, verdictOf, writeManifest } from './submitted-job.js';

const ndjson = 'application/x-ndjson';

describe('GET /api/v1/jobs/{id}/results', () => {
  const api = withApi();
  const path = (id: string, query = '') => `/api/v1/jobs/${id}/results${query}`;
  const read = (id: string, query = '') => api().http.get(path(id, query)).buffer(true).parse(asText);
  const parts = ['a\t1\nb\t[1,"x"]\n', '', 'c\ttwo\\tparts\n'];

  describe('of a job without results', () => {
    it('answers 409 not_finished while it is queued', async () => {
      const answer = await api().http.get(path(await api().submitted()));
      expect(answer.body).to.include({ status: 409, code: 'not_finished' });
    });

    it('answers 409 no_results for a failed job, and says why it failed', async () => {
      const id = await api().submitted();
      await api().history.finishJob(verdictOf(id, 'failed'));
      const answer = await api().http.get(path(id));
      expect(answer.body).to.include({ status: 409, code: 'no_results' });
      expect(answer.body.detail).to.include('x is not defined');
    });

    it('answers 409 no_results for a cancelled job', async () => {
      const id = await api().submitted();
      await api().http.post(`/api/v1/jobs/${id}/cancel`);
      expect((await api().http.get(path(id))).body).to.include({ status: 409, code: 'no_results' });
    });

    it('answers 409 no_results if the output was removed, or belongs to another job by now', async () => {
      const id = await api().submitted({ output_path: 'mine' });
      const other = await api().submitted({ output_path: 'other' });
      await completeJob(api(), id, parts);
      await completeJob(api(), other, parts);
      await api().store.remove('mine');
      expect((await api().http.get(path(id))).body).to.include({ status: 409, code: 'no_results' });
      await api().store.rename('other', 'mine');
      expect((await api().http.get(path(id))).body).to.include({ status: 409, code: 'no_results' });
    });
  });

  describe('of a completed job', () => {
    it('gives the parts in partition order, with type and length', async () => {
      const id = await api().submitted({ num_reducers: 3 });
      await completeJob(api(), id, parts);
      const answer = await read(id);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.equal(parts.join(''));
      expect(answer.headers['content-type']).to.equal('text/tab-separated-values; charset=utf-8');
      expect(answer.headers['content-length']).to.equal(String(Buffer.byteLength(parts.join(''))));
    });

    it('gives one partition', async () => {
      const id = await api().submitted({ num_reducers: 3 });
      await completeJob(api(), id, parts);
      expect((await read(id, '?partition=2')).body).to.equal(parts[2]);
      expect((await read(id, '?partition=1')).body).to.equal('');
      const beyond = await api().http.get(path(id, '?partition=3'));
      expect(beyond.body).to.include({ status: 400, code: 'invalid_request' });
      expect(beyond.body.errors[0].path).to.equal('partition');
    });

    it('gives the first records, across parts', async () => {
      const id = await api().submitted({ num_reducers: 3 });
      await completeJob(api(), id, parts);
      expect((await read(id, '?limit=1')).body).to.equal('a\t1\n');
      expect((await read(id, '?limit=3')).body).to.equal(parts.join(''));
      expect((await read(id, '?limit=3&partition=0')).body).to.equal(parts[0]);
    });

    it('gives JSON lines from TSV to who asks for them', async () => {
      const id = await api().submitted({ num_reducers: 3 });
      await completeJob(api(), id, parts);
      const answer = await read(id).set('accept', ndjson);
      expect(answer.headers['content-type']).to.equal(`${ndjson}; charset=utf-8`);
      expect(answer.headers).not.to.have.property('content-length');
      const records = String(answer.body)
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line));
      expect(records).to.deep.equal([
        { key: 'a', value: 1 },
        { key: 'b', value: [1, 'x'] },
        { key: 'c', value: 'two\tparts' },
      ]);
      expect(String((await read(id, '?limit=2').set('accept', ndjson)).body).match(/\n/g)).to.have.lengthOf(2);
    });

    it('gives stored JSON lines as they are, whatever is asked for', async () => {
      const id = await api().submitted({ output_format: 'jsonl' });
      await completeJob(api(), id, ['{"key":"a","value":1}\n']);
      for (const accept of ['*/*', ndjson, 'text/tab-separated-values', 'application/json']) {
        const answer = await read(id).set('accept', accept);
        expect(answer.body).to.equal('{"key":"a","value":1}\n');
        expect(answer.headers['content-type']).to.match(/^application\/x-ndjson/);
        expect(answer.headers['content-length']).to.equal('22');
      }
    });

    it('reads the parts of a map-only job', async () => {
      const id = await api().submitted({ num_reducers: 0 });
      await completeJob(api(), id, ['x\ty\n', 'z\t1\n']);
      expect((await read(id, '?partition=1')).body).to.equal('z\t1\n');
    });

    it('answers HEAD with the headers alone', async () => {
      const id = await api().submitted();
      await completeJob(api(), id, parts);
      const answer = await api().http.head(path(id));
      expect(answer.status).to.equal(200);
      expect(answer.headers['content-length']).to.equal(String(Buffer.byteLength(parts.join(''))));
      expect(answer.text).to.equal(undefined);
    });

    it('gives an empty answer for an empty result', async () => {
      const id = await api().submitted();
      await completeJob(api(), id, ['']);
      const answer = await read(id);
      expect([answer.status, answer.body]).to.deep.equal([200, '']);
    });

    it('refuses what a later version will offer, by name', async () => {
      const answer = await api().http.get(path(await api().submitted(), '?order=key'));
      expect(answer.body).to.include({ status: 400, code: 'invalid_request' });
      expect(answer.body.errors).to.deep.equal([{ path: 'order', message: 'is not a known field' }]);
    });
  });

  describe('of an output that someone changed', () => {
    it('never follows a manifest to another file', async () => {
      const id = await api().submitted({ output_path: 'out' });
      await completeJob(api(), id, parts);
      await api().directory.write('secret', 'secret');
      await writeManifest(api(), id, [{ file: '../secret', records: 1, bytes: 6, crc32c: 0 }]);
      const answer = await api().http.get(path(id));
      expect(answer.status).to.equal(500);
      expect(answer.text).not.to.include('secret');
    });

    it('says so if the first part is missing', async () => {
      const id = await api().submitted();
      await completeJob(api(), id, parts);
      await api().store.remove(`output/${id}/${partName('reduce', 0)}`);
      expect((await api().http.get(path(id))).body).to.include({ status: 409, code: 'no_results' });
    });

    for (const [what, changed] of [
      ['shorter', 'c\t'],
      ['longer', 'c\ttwo\\tparts\nmore\n'],
    ] as const) {
      it(`cuts the download off when a later part is ${what} than the manifest says`, async () => {
        const id = await api().submitted();
        await completeJob(api(), id, parts);
        await api().directory.write(`output/${id}/${partName('reduce', 2)}`, changed);
        for (const accept of ['*/*', ndjson]) {
          const error = await read(id)
            .set('accept', accept)
            .then(
              () => undefined,
              (failure: Error) => failure,
            );
          expect(error).to.be.instanceOf(Error);
        }
        expect(api().log.lines.some(line => line.level === 'error')).to.equal(true);
      });
    }
  });

  describe('of a big output', () => {
    const mib = 1024 * 1024;
    let server: Server;
    let id: string;

    beforeEach(async function () {
      this.timeout(20_000);
      server = createServer(api().app).listen(0, '127.0.0.1');
      await once(server, 'listening');
      id = await api().submitted({ num_reducers: 5 });
      const line = `some key of some length\t${'x'.repeat(1000)}\n`;
      const part = Buffer.from(line.repeat(Math.floor((10 * mib) / line.length)));
      await completeJob(api(), id, Array(5).fill(part));
    });

    afterEach(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });

    const download = async (accept: string): Promise<IncomingMessage> => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path(id)}`;
      const [answer] = await once(get(url, { headers: { accept } }), 'response');
      return answer;
    };

    for (const accept of ['text/tab-separated-values', ndjson]) {
      it(`streams 50 MB as ${accept} in bounded memory, no faster than the client reads`, async () => {
        const before = heldBytes();
        const answer = await download(accept);
        // The client does not read yet: what the server holds must stay a few buffers.
        await openParts(1);
        let bytes = 0;
        let measured = 0;
        let peak = 0;
        for await (const chunk of answer) {
          bytes += chunk.length;
          if (bytes < measured + 10 * mib) continue;
          measured = bytes;
          peak = Math.max(peak, heldBytes() - before);
        }
        expect(bytes).to.be.greaterThan(49 * mib);
        expect(peak).to.be.lessThan(4 * mib);
      });
    }

    it('closes its file when the client goes away', async () => {
      const answer = await download('*/*');
      await openParts(1);
      answer.destroy();
      await openParts(0);
      const gone = () => api().log.lines.find(({ message }) => message === 'a request was broken off');
      await waitUntil('the line in the log', gone);
      expect(api().log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
    });

    /** Waits until so many files of the output are open in this process. */
    const openParts = (count: number) =>
      waitUntil(`${count} open parts`, async () => {
        const links = await Promise.all(
          (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
        );
        return links.filter(link => link.includes(`output/${id}/part-`)).length === count;
      });
  });
});

/** supertest knows no text in these types. */
function asText(response: Response, done: (error: Error | null, text: string) => void): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
  });
  response.on('end', () => done(null, text));
}
