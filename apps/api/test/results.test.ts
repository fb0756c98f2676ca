import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type OutputFormat, partName, resultLimits } from '@gridmr/contracts';
import { formatPair, heldBytes, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import type { Response } from 'supertest';
import { withApi } from './api-under-test.js';
import { type Pair, storedPart } from './stored-part.js';
import { completeJob, verdictOf, writeManifest } from './submitted-job.js';

const ndjson = 'application/x-ndjson';
const formats: readonly OutputFormat[] = ['tsv', 'csv', 'jsonl'];
const linesOf = (pairs: readonly Pair[], format: OutputFormat) =>
  pairs.map(([key, value]) => `${formatPair(key, value, format)}\n`).join('');

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

    it('gives stored JSON lines as they are, unless another format is liked better', async () => {
      const id = await api().submitted({ output_format: 'jsonl' });
      await completeJob(api(), id, ['{"key":"a","value":1}\n']);
      for (const accept of ['*/*', ndjson, 'application/json', 'text/html, */*;q=0.8', `text/csv;q=0.5, ${ndjson}`]) {
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

    it('refuses an order that it does not know', async () => {
      const answer = await api().http.get(path(await api().submitted(), '?order=value'));
      expect(answer.body).to.include({ status: 400, code: 'invalid_request' });
      expect(answer.body.errors[0].path).to.equal('order');
    });

    for (const stored of formats) {
      it(`converts stored ${stored} to the format that is asked for`, async () => {
        const pairs: Pair[] = [
          ['1', 'one, "two"\nthree'],
          ['a\tb', { c: [1, null] }],
        ];
        const id = await api().submitted({ output_format: stored, num_reducers: 2 });
        await completeJob(api(), id, [storedPart(pairs.slice(0, 1), stored), storedPart(pairs.slice(1), stored)]);
        for (const [sent, type] of [
          ['tsv', 'text/tab-separated-values; charset=utf-8'],
          ['csv', 'text/csv; charset=utf-8; header=absent'],
          ['jsonl', `${ndjson}; charset=utf-8`],
        ] as const) {
          const answer = await read(id).set('accept', type.replace(/;.*/, ''));
          expect(answer.body).to.equal(linesOf(pairs, sent));
          expect(answer.headers['content-type']).to.equal(type);
          expect('content-length' in answer.headers).to.equal(sent === stored);
        }
      });
    }
  });

  describe('with order=key', () => {
    const shares: Pair[][] = [
      [
        [2, 'two'],
        ['b', 1],
      ],
      [
        [true, 0],
        ['1', 'one'],
        [['a'], 9],
      ],
      [],
      [
        [10, 'ten'],
        ['a', 1],
      ],
    ];
    const sorted: Pair[] = [
      [true, 0],
      [2, 'two'],
      [10, 'ten'],
      ['1', 'one'],
      ['a', 1],
      ['b', 1],
      [['a'], 9],
    ];

    for (const stored of formats) {
      for (const output_compression of ['none', 'gzip'] as const) {
        it(`merges parts, limited and converted, stored as ${stored} with compression ${output_compression}`, async () => {
          const id = await api().submitted({ num_reducers: 4, output_format: stored, output_compression });
          await completeJob(
            api(),
            id,
            shares.map(share => storedPart(share, stored, output_compression)),
          );
          const whole = await read(id, '?order=key');
          expect(whole.body).to.equal(linesOf(sorted, stored));
          expect(whole.headers['content-length']).to.equal(String(Buffer.byteLength(linesOf(sorted, stored))));
          expect((await read(id, '?order=key&limit=4')).body).to.equal(linesOf(sorted.slice(0, 4), stored));
          expect((await read(id, '?order=key&partition=1')).body).to.equal(linesOf(shares[1]!, stored));
          const json = read(id, '?order=key&limit=5').set('accept', ndjson);
          expect((await json).body).to.equal(linesOf(sorted.slice(0, 5), 'jsonl'));
        });
      }
    }

    it('says why a map-only job has no such order', async () => {
      const id = await api().submitted({ num_reducers: 0 });
      await completeJob(api(), id, [storedPart([['a', 1]], 'tsv')]);
      const answer = await api().http.get(path(id, '?order=key'));
      expect(answer.body).to.include({ status: 409, code: 'not_sorted' });
      expect(answer.body.detail).to.include('no reduce tasks');
    });

    it('says why keys that reduce made up cannot be merged', async () => {
      const id = await api().submitted({ num_reducers: 2 });
      await completeJob(api(), id, [
        storedPart([['a', 1]], 'tsv'),
        storedPart(
          [
            [2, 'b'],
            [1, 'c'],
          ],
          'tsv',
        ),
      ]);
      const answer = await api().http.get(path(id, '?order=key'));
      expect(answer.body).to.include({ status: 409, code: 'not_sorted' });
      expect(answer.body.detail).to.include('part-r-00001 do not ascend');
      expect((await read(id, '?order=key&partition=0')).body).to.equal('a\t1\n');
    });
  });

  describe('of compressed output', () => {
    const shares: Pair[][] = [
      [
        ['a', 'x'.repeat(100_000)],
        ['b', 2],
      ],
      [],
      [['c', 3]],
    ];
    const text = linesOf(shares.flat(), 'tsv');
    const gzipped = async (): Promise<string> => {
      const id = await api().submitted({ num_reducers: 3, output_compression: 'gzip' });
      await completeJob(
        api(),
        id,
        shares.map(share => storedPart(share, 'tsv', 'gzip')),
      );
      return id;
    };

    it('is decompressed for who does not take gzip', async () => {
      const id = await gzipped();
      for (const encoding of ['identity', 'br', 'gzip;q=0']) {
        const answer = await read(id).set('accept-encoding', encoding);
        expect(answer.body).to.equal(text);
        expect(answer.headers).not.to.have.property('content-encoding');
        expect(answer.headers['content-length']).to.equal(String(text.length));
        expect(answer.headers.vary?.toLowerCase()).to.include('accept-encoding');
      }
      expect((await read(id, '?partition=2').set('accept-encoding', 'identity')).body).to.equal('c\t3\n');
      expect((await read(id, '?limit=1')).body).to.equal(text.slice(0, text.indexOf('b\t')));
    });

    it('is passed on as one gzip member to who takes gzip', async () => {
      const id = await gzipped();
      const answer = await read(id).set('accept-encoding', 'gzip');
      expect(answer.headers['content-encoding']).to.equal('gzip');
      expect(answer.body).to.equal(text);
      const head = await api().http.head(path(id)).set('accept-encoding', 'gzip');
      expect(head.headers['content-encoding']).to.equal('gzip');
      const lines = await read(id).set('accept-encoding', 'gzip').set('accept', ndjson);
      expect(lines.headers).not.to.have.property('content-encoding');
    });

    it('is cut off if a later part is damaged', async () => {
      const id = await gzipped();
      const { content } = storedPart([['c', 4]], 'tsv', 'gzip');
      await api().directory.write(`output/${id}/${partName('reduce', 2, 'gzip')}`, content);
      for (const encoding of ['identity', 'gzip']) {
        const error = await read(id)
          .set('accept-encoding', encoding)
          .then(
            () => undefined,
            (failure: Error) => failure,
          );
        expect(error, encoding).to.be.instanceOf(Error);
      }
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

    const answerTo = async (target: string, headers = {}): Promise<IncomingMessage> => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${target}`;
      const [answer] = await once(get(url, { headers }), 'response');
      return answer;
    };
    const download = (accept: string) => answerTo(path(id), { accept });

    it('is merged for so many readers at a time, and for one more when one of them goes away', async () => {
      const long = Array.from({ length: 400 }, (_, i): Pair => [`key ${1000 + i}`, 'x'.repeat(100_000)]);
      const merged = await api().submitted({ num_reducers: 2 });
      await completeJob(api(), merged, [storedPart(long, 'tsv'), storedPart([['last', 1]], 'tsv')]);
      // None of them reads.
      const readers = await Promise.all(
        Array.from({ length: resultLimits.mergesAtOnceMax }, () => answerTo(path(merged, '?order=key'))),
      );
      expect(readers.every(({ statusCode }) => statusCode === 200)).to.equal(true);
      const refused = await api().http.get(path(merged, '?order=key'));
      expect(refused.body).to.include({ status: 429, code: 'too_many_requests' });
      expect(Number(refused.headers['retry-after'])).to.be.greaterThan(0);
      expect((await api().http.get(path(merged, '?partition=1'))).status).to.equal(200);
      readers.pop()?.destroy();
      const more = () => api().http.get(path(merged, '?order=key&partition=1'));
      await waitUntil('a seat', async () => (await more()).status === 200);
    });

    for (const accept of ['text/tab-separated-values', ndjson, 'text/csv']) {
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
