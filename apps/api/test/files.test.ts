/** Files over HTTP. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileSchema, problemSchema, uploadsDirectory } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type ApiUnderTest, withApi } from './api-under-test.js';
import { as, type Name, withKeys } from './with-keys.js';

const files = '/api/v1/files';
const mib = 1024 * 1024;
const digestOf = (text: string) => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
const octets = { 'content-type': 'application/octet-stream' };

const put = (api: ApiUnderTest, path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  api.http
    .put(`${files}/${path}`)
    .set({ ...octets, ...headers })
    .send(body);
const read = (api: ApiUnderTest, path: string) => readFileSync(api.directory.resolve(path), 'utf8');
const staged = async (api: ApiUnderTest) => await api.store.names(uploadsDirectory);

/** All names below the data directory, but for those of the platform's own files. */
const namesIn = (api: ApiUnderTest) =>
  readdirSync(api.directory.path, { recursive: true, encoding: 'utf8' })
    .filter(name => !name.startsWith('.gridmr'))
    .sort();

/** Listens, so that connections can be broken and paths sent as they are. */
async function listening(api: ApiUnderTest): Promise<Server & AsyncDisposable> {
  const server = createServer(api.app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

describe('PUT /api/v1/files/{path}', () => {
  const api = withApi();

  it('stores a file, with directories, and says what it is', async () => {
    const answer = await put(api(), 'logs/2026/a.log', 'one\ntwo\n');
    expect(answer.status).to.equal(201);
    expect(fileSchema.strict().parse(answer.body)).to.include({ path: 'logs/2026/a.log', bytes: 8 });
    expect(read(api(), 'logs/2026/a.log')).to.equal('one\ntwo\n');
    expect(await staged(api())).to.deep.equal([]);
  });

  it('replaces a file, unless it is asked not to', async () => {
    await put(api(), 'a.txt', 'old');
    expect((await put(api(), 'a.txt', 'newer')).status).to.equal(200);
    const answer = await put(api(), 'a.txt', 'newest', { 'if-none-match': '*' });
    expect(answer.body).to.include({ status: 412, code: 'file_exists' });
    expect(read(api(), 'a.txt')).to.equal('newer');
    expect((await put(api(), 'b.txt', 'b', { 'if-none-match': '*' })).status).to.equal(201);
    expect((await put(api(), 'b.txt', 'b', { 'if-none-match': '"x"' })).status).to.equal(400);
  });

  it('lets one of many win that ask not to replace', async () => {
    const bodies = Array.from({ length: 8 }, (_, i) => `body ${i}`);
    const answers = await Promise.all(bodies.map(body => put(api(), 'race.txt', body, { 'if-none-match': '*' })));
    const winners = answers.filter(({ status }) => status === 201);
    expect(winners).to.have.length(1);
    expect(answers.filter(({ status }) => status === 412)).to.have.length(7);
    expect(read(api(), 'race.txt')).to.equal(bodies[answers.findIndex(({ status }) => status === 201)]);
    expect(await staged(api())).to.deep.equal([]);
  });

  it('takes names in every script, spaces and signs', async () => {
    const path = 'Bücher/日本 (1).txt';
    expect((await put(api(), path.split('/').map(encodeURIComponent).join('/'), 'x')).body.path).to.equal(path);
    expect(read(api(), path)).to.equal('x');
  });

  it('takes an empty file, and one of bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0xc3]);
    expect((await put(api(), 'empty', '')).body.bytes).to.equal(0);
    await put(api(), 'raw', bytes, { 'content-type': 'text/csv' });
    expect(readFileSync(api().directory.resolve('raw'))).to.deep.equal(bytes);
  });

  it('compares the content with its digest', async () => {
    expect((await put(api(), 'a', 'text', { 'content-digest': digestOf('text') })).status).to.equal(201);
    const answer = await put(api(), 'b', 'text', { 'content-digest': digestOf('test') });
    expect(answer.body).to.include({ status: 400, code: 'digest_mismatch' });
    expect((await put(api(), 'c', 'text', { 'content-digest': 'md5=:abc:' })).status).to.equal(400);
    expect(namesIn(api())).to.include('a').and.not.include('b').and.not.include('c');
    expect(await staged(api())).to.deep.equal([]);
  });

  it('refuses a file that is too large, told or not: 413, and nothing of it stays', async () => {
    const answer = await put(api(), 'big', Buffer.alloc(4 * mib + 1));
    expect(answer.body).to.include({ status: 413, code: 'body_too_large' });
    await using server = await listening(api());
    const chunks = Array.from({ length: 5 }, () => Buffer.alloc(mib));
    expect((await sendChunks(server, `${files}/big`, chunks)).statusCode).to.equal(413);
    await waitUntil('the upload is gone', async () => (await staged(api())).length === 0);
    expect(namesIn(api())).not.to.include('big');
  });

  it('leaves nothing of an upload whose connection breaks', async () => {
    await put(api(), 'kept.txt', 'before');
    await using server = await listening(api());
    for (const headers of [{ 'content-length': '1000' }, {}]) {
      const { port } = server.address() as AddressInfo;
      const request = httpRequest({ port, method: 'PUT', path: `${files}/kept.txt`, headers });
      request.on('error', () => undefined);
      request.write('half of it');
      await waitUntil('the upload has begun', async () => (await staged(api())).length === 1);
      request.destroy();
      await waitUntil('the upload is gone', async () => (await staged(api())).length === 0);
    }
    expect(read(api(), 'kept.txt')).to.equal('before');
  });

  it('does not take the place of a directory, nor stand below a file: 409', async () => {
    await put(api(), 'a/b', 'x');
    for (const path of ['a', 'a/b/c']) {
      const answer = await put(api(), path, 'y');
      expect(answer.body, path).to.include({ status: 409, code: 'path_taken' });
      expect((await put(api(), path, 'y', { 'if-none-match': '*' })).status, path).to.be.oneOf([409, 412]);
    }
    expect(read(api(), 'a/b')).to.equal('x');
    expect(await staged(api())).to.deep.equal([]);
  });

  it('takes no part of a file', async () => {
    expect((await put(api(), 'a', 'x', { 'content-range': 'bytes 0-0/2' })).status).to.equal(400);
  });

  it('does not guess what an encoded body holds', async () => {
    expect((await put(api(), 'a', 'x', { 'content-encoding': 'gzip' })).status).to.equal(415);
  });
});

/** Without saying how many there will be. */
async function sendChunks(server: Server, path: string, chunks: readonly Buffer[]): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const request = httpRequest({ port, method: 'PUT', path });
  const answer = once(request, 'response');
  for (const chunk of chunks) request.write(chunk);
  request.end();
  const [response] = (await answer) as [IncomingMessage];
  response.resume();
  return response;
}

describe('GET /api/v1/files/{path}', () => {
  const api = withApi();
  const get = async (given: Record<string, string> = {}, path = 'a.txt') => {
    const { status, headers, body } = await api().http.get(`${files}/${path}`).set(given).responseType('blob');
    return { status, headers, body: Buffer.isBuffer(body) ? body.toString() : '' };
  };

  beforeEach(async () => {
    await put(api(), 'a.txt', '0123456789');
  });

  it('sends the whole file, never as a page', async () => {
    const answer = await get();
    expect(answer.status).to.equal(200);
    expect(answer.body).to.equal('0123456789');
    expect(answer.headers).to.include({
      'content-type': 'application/octet-stream',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'content-disposition': 'attachment; filename=a.txt',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers.etag).to.match(/^"[\w.-]+"$/);
    expect(Date.parse(answer.headers['last-modified'] ?? '')).to.be.closeTo(Date.now(), 60_000);
  });

  const ranges: [string, number, string, string][] = [
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=0-1,4-5', 200, '0123456789', ''],
    ['lines=1-2', 200, '0123456789', ''],
    ['bytes=x', 200, '0123456789', ''],
  ];
  for (const [range, status, body, contentRange] of ranges) {
    it(`answers Range: ${range} with ${status}`, async () => {
      const answer = await get({ range });
      expect(answer.status).to.equal(status);
      expect(answer.body).to.equal(body);
      expect(answer.headers['content-range'] ?? '').to.equal(contentRange);
      expect(answer.headers['content-length']).to.equal(String(body.length));
    });
  }

  it('answers a range that the file does not have with 416', async () => {
    for (const range of ['bytes=10-', 'bytes=11-12', 'bytes=-0']) {
      const answer = await get({ range });
      expect(answer.status, range).to.equal(416);
      expect(answer.headers['content-range']).to.equal('bytes */10');
    }
  });

  it('sends nothing to who has it already, and all of it once it is another one', async () => {
    const { etag = '', 'last-modified': modified = '' } = (await get()).headers;
    expect((await get({ 'if-none-match': etag })).status).to.equal(304);
    expect((await get({ 'if-modified-since': modified })).status).to.equal(304);
    expect((await get({ range: 'bytes=2-4', 'if-range': etag })).status).to.equal(206);
    await put(api(), 'a.txt', 'ABCDEFGHIJ');
    expect((await get({ 'if-none-match': etag })).status).to.equal(200);
    expect((await get({ range: 'bytes=2-4', 'if-range': etag })).body).to.equal('ABCDEFGHIJ');
  });

  it('says the same to HEAD, without the file', async () => {
    const answer = await api().http.head(`${files}/a.txt`);
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-length']).to.equal('10');
    expect(answer.text ?? '').to.equal('');
    expect((await api().http.head(`${files}/b.txt`)).status).to.equal(404);
  });

  it('has neither directories nor what is not there: 404', async () => {
    await put(api(), 'd/e', 'x');
    for (const path of ['d', 'nothing', 'a.txt/b', 'd/e/f']) {
      const answer = await get({}, path);
      expect(answer.status, path).to.equal(404);
    }
  });
});

describe('DELETE /api/v1/files/{path}', () => {
  const api = withApi();

  it('removes one file, and no directory', async () => {
    await put(api(), 'd/a', 'x');
    const refused = await api().http.delete(`${files}/d`);
    expect(refused.body).to.include({ status: 409, code: 'path_taken' });
    expect((await api().http.delete(`${files}/d/a`)).status).to.equal(204);
    expect((await api().http.delete(`${files}/d/a`)).status).to.equal(404);
    expect(namesIn(api())).not.to.include('d/a');
  });
});

describe('GET /api/v1/files', () => {
  const api = withApi();
  const page = async (query: string) => {
    const answer = await api().http.get(`${files}${query}`);
    expect(answer.status, answer.text).to.equal(200);
    return answer.body as { items: { path: string; bytes: number }[]; next_cursor: string | null };
  };
  const all = async (query: string) => {
    const paths: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { items, next_cursor } = await page(`?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paths.push(...items.map(({ path }) => path));
      cursor = next_cursor;
    }
    return paths;
  };

  beforeEach(async () => {
    for (const path of ['a.txt', 'a/b', 'a/c/d', 'a0', 'logs/1', 'logs/10', 'logs/2', 'z']) {
      await api().directory.write(path, path);
    }
    await api().directory.write('.hidden', 'x');
    await symlink('a', api().directory.resolve('link'));
  });

  const everything = ['a.txt', 'a/b', 'a/c/d', 'a0', 'input/book.txt', 'logs/1', 'logs/10', 'logs/2', 'z'];

  it('lists files in the order of their paths, with sizes and times; neither hidden ones nor links', async () => {
    const { items, next_cursor } = await page('');
    expect(items.map(({ path }) => path)).to.deep.equal(everything);
    expect(next_cursor).to.equal(null);
    expect(fileSchema.strict().parse(items[2])).to.include({ path: 'a/c/d', bytes: 5 });
  });

  for (const limit of [1, 2, 3, 8, 9]) {
    it(`gives the same in pages of ${limit}`, async () => {
      expect(await all(`limit=${limit}`)).to.deep.equal(everything);
    });
  }

  const prefixes: [string, string[]][] = [
    ['a/', ['a/b', 'a/c/d']],
    ['a', ['a.txt', 'a/b', 'a/c/d', 'a0']],
    ['logs/1', ['logs/1', 'logs/10']],
    ['/data/logs/', ['logs/1', 'logs/10', 'logs/2']],
    ['nothing/', []],
    ['z/', []],
    ['.h', []],
  ];
  for (const [prefix, paths] of prefixes) {
    it(`lists what begins with ${prefix}`, async () => {
      expect(await all(`limit=2&prefix=${prefix}`)).to.deep.equal(paths);
    });
  }

  it('refuses what is no path or cursor', async () => {
    for (const query of [
      'prefix=../',
      'prefix=.gridmr/',
      'prefix=a/../b/',
      'prefix=/etc/',
      'cursor=x',
      'limit=0',
      'x=1',
    ]) {
      expect((await api().http.get(`${files}?${query}`)).status, query).to.equal(400);
    }
  });
});

describe('files of a key', () => {
  const api = withKeys();
  const get = (name: Name, path: string) => api().http.get(`${files}/${path}`).set(as(name));
  const listed = async (name: Name, query = '') => {
    const answer = await api().http.get(`${files}${query}`).set(as(name));
    return answer.body.items.map(({ path }: { path: string }) => path);
  };

  it('stand below users/<name>, where its owner alone and admins write', async () => {
    expect((await put(api(), 'users/ann/a.txt', 'hers', as('ann'))).status).to.equal(201);
    expect((await put(api(), 'users/ann/a.txt', 'changed', as('ops'))).status).to.equal(200);
    const others: [Name, string, number][] = [
      ['bob', 'users/ann/b.txt', 404],
      ['eve', 'users/ann/b.txt', 403],
      ['ann', 'input/mine.txt', 403],
      ['ann', 'output/mine.txt', 404],
      ['ann', 'users/ann', 403],
      ['ann', 'mine.txt', 403],
    ];
    for (const [name, path, status] of others) {
      expect((await put(api(), path, 'x', as(name))).status, `${name} ${path}`).to.equal(status);
    }
    expect((await api().http.delete(`${files}/users/ann/a.txt`).set(as('bob'))).status).to.equal(404);
    expect((await api().http.delete(`${files}/input/book.txt`).set(as('ann'))).status).to.equal(403);
    expect(read(api(), 'users/ann/a.txt')).to.equal('changed');
  });

  it('are read by their owner, viewers and admins; what is shared by all', async () => {
    await put(api(), 'users/ann/a.txt', 'hers', as('ann'));
    const statuses = async (path: string) =>
      Object.fromEntries(
        await Promise.all(
          (['ann', 'bob', 'eve', 'ops'] as const).map(async name => [name, (await get(name, path)).status]),
        ),
      );
    expect(await statuses('users/ann/a.txt')).to.deep.equal({ ann: 200, bob: 404, eve: 200, ops: 200 });
    expect(await statuses('input/book.txt')).to.deep.equal({ ann: 200, bob: 200, eve: 200, ops: 200 });
  });

  it("are the output of one's own jobs too", async () => {
    const answer = await api().submit({ name: 'x', input_file: 'input/book.txt', map_function: 'x => []' }, as('ann'));
    const part = `output/${answer.body.job_id}/part-m-00000`;
    await api().directory.write(part, 'x');
    await api().directory.write('output/other/part-m-00000', 'x');
    expect((await get('ann', part)).status).to.equal(200);
    expect((await get('bob', part)).status).to.equal(404);
    expect((await get('ann', 'output/other/part-m-00000')).status).to.equal(404);
    expect(await listed('ann', `?prefix=output/${answer.body.job_id}/`)).to.deep.equal([part]);
    expect(await listed('bob', `?prefix=output/${answer.body.job_id}/`)).to.deep.equal([]);
    expect(await listed('ann', '?prefix=output/')).to.deep.equal([]);
    expect((await put(api(), part, 'y', as('ann'))).status).to.equal(403);
  });

  it('are all that a user lists beside what is shared', async () => {
    for (const name of ['ann', 'bob'] as const) await put(api(), `users/${name}/a.txt`, 'x', as(name));
    expect(await listed('ann')).to.deep.equal(['input/book.txt', 'users/ann/a.txt']);
    expect(await listed('ann', '?prefix=users/')).to.deep.equal(['users/ann/a.txt']);
    expect(await listed('ann', '?prefix=users/b')).to.deep.equal([]);
    expect(await listed('ann', '?prefix=users/bob/')).to.deep.equal([]);
    expect(await listed('eve')).to.deep.equal(['input/book.txt', 'users/ann/a.txt', 'users/bob/a.txt']);
  });

  describe('and their quota', () => {
    const usage = async (name = 'ann') => {
      const { bytes, files: count } = await api().history.usage.of(name);
      return { bytes, files: count };
    };
    const upload = (path: string, bytes: number, name: Name = 'ann') =>
      put(api(), `users/${name}/${path}`, Buffer.alloc(bytes), as(name));

    it('bounds bytes: 413 in plain words, and nothing is stored', async () => {
      expect((await upload('a', mib - 10)).status).to.equal(201);
      const answer = await upload('b', 11);
      expect(answer.body).to.include({ status: 413, code: 'quota_exceeded' });
      expect(answer.body.detail).to.match(/^The files of ann take up 1048566 of 1048576 bytes and 1 of 5 files/);
      expect((await upload('b', 10)).status).to.equal(201);
      expect(await usage()).to.deep.equal({ bytes: mib, files: 2 });
      expect((await upload('a', 10, 'bob')).status, 'each has its own').to.equal(201);
    });

    it('bounds files', async () => {
      for (let i = 0; i < 5; i++) expect((await upload(`f${i}`, 1)).status).to.equal(201);
      expect((await upload('f5', 1)).body).to.include({ code: 'quota_exceeded' });
      await api().http.delete(`${files}/users/ann/f0`).set(as('ann'));
      expect((await upload('f5', 1)).status).to.equal(201);
      expect(await usage()).to.deep.equal({ bytes: 5, files: 5 });
    });

    it('counts a file that is replaced once', async () => {
      await upload('a', 1000);
      await upload('a', 10);
      expect(await usage()).to.deep.equal({ bytes: 10, files: 1 });
    });

    it('is not exceeded by uploads at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => upload(`f${i}`, mib / 4)));
      expect(answers.filter(({ status }) => status === 201)).to.have.length(4);
      expect(answers.filter(({ status }) => status === 413)).to.have.length(4);
      expect(await usage()).to.deep.equal({ bytes: mib, files: 4 });
      expect(await staged(api())).to.deep.equal([]);
    });

    it('is kept by an upload that does not say how long it is, and given back', async () => {
      await using server = await listening(api());
      const { port } = server.address() as AddressInfo;
      const send = async (bytes: number) => {
        const path = `${files}/users/ann/untold`;
        const request = httpRequest({ port, method: 'PUT', path, headers: { ...as('ann') } });
        const answer = once(request, 'response');
        request.write(Buffer.alloc(bytes));
        request.end();
        const [response] = (await answer) as [IncomingMessage];
        response.resume();
        return response.statusCode;
      };
      expect(await send(2 * mib)).to.equal(413);
      expect(await usage()).to.deep.equal({ bytes: 0, files: 0 });
      expect(await send(1000)).to.equal(201);
      expect(await usage()).to.deep.equal({ bytes: 1000, files: 1 });
    });

    it('is given back by uploads that are refused or break', async () => {
      await put(api(), 'users/ann/a', 'text', { ...as('ann'), 'content-digest': digestOf('test') });
      expect(await usage()).to.deep.equal({ bytes: 0, files: 0 });
    });

    it('does not bind admins', async () => {
      expect((await put(api(), 'input/big', Buffer.alloc(2 * mib), as('ops'))).status).to.equal(201);
    });
  });

  it('in problems name no path of the machine', async () => {
    await mkdir(api().directory.resolve('d'));
    for (const answer of [
      await get('ann', 'd'),
      await get('ann', 'users/bob/x'),
      await put(api(), 'd', 'x', as('ops')),
    ]) {
      expect(answer.text).not.to.include(api().directory.path);
      problemSchema.strict().parse(answer.body);
    }
  });
});
