/** Whatever a path is made of, it leads neither out of the data directory, nor into the platform's own files, nor to those of others. */
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import type { ApiUnderTest } from './api-under-test.js';
import { as, type Name, withKeys } from './with-keys.js';

const secret = 'what nobody else may read';
const runs = 400;

describe('a path of a file', function () {
  this.timeout(120_000);
  const api = withKeys();
  let outside: TemporaryDirectory;
  let server: Server;
  let jobId: string;

  beforeEach(async () => {
    outside = await TemporaryDirectory.create('outside');
    await outside.write('secret.txt', secret);
    server = createServer(api().app);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    jobId = await plant(api(), outside);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await outside[Symbol.asyncDispose]();
  });

  /** As it is, which no URL parser has tidied up. */
  async function send(method: string, path: string, name: Name): Promise<{ status: number; text: string }> {
    const { port } = server.address() as AddressInfo;
    const request = httpRequest({ port, method, path: `/api/v1/files${path}`, headers: { ...as(name) } });
    request.end(method === 'PUT' ? 'overwritten' : undefined);
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, text };
  }

  const segment = () =>
    fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '...',
        'users',
        'ann',
        'bob',
        'output',
        jobId,
        '.gridmr',
        'history.sqlite',
        'jobs',
      ),
      fc.constantFrom(
        'secret.txt',
        'input',
        'out',
        'in',
        'to-bob',
        'to-secret',
        'absolute',
        'Users',
        'USERS',
        'ｕｓｅｒｓ',
      ),
      fc.constantFrom(
        '%2e%2e',
        '%2E.',
        '%252e%252e',
        '%00',
        'secret.txt%00.txt',
        '..%2f',
        '%2f',
        '%5c',
        '..%5c',
        '%c0%ae',
      ),
      fc.constantFrom('․․', '．．', '%e2%80%8b', 'use\u0301rs', 'users%e2%80%8b', '%ff', 'data', '*', '~', 'C:'),
      fc.string({ maxLength: 4 }).map(encodeURIComponent),
    );
  const hostilePath = () =>
    fc
      .tuple(
        fc.constantFrom('/', '//', '/data/', '/%2fdata%2f', '/./', '/users/ann/', '/users/ann/../', '/input/'),
        fc.array(segment(), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('/', '%2f', '%2F', '//', '%5c', '%252f'),
        fc.boolean(),
      )
      .map(([start, segments, separator, twice]) => {
        const path = start + segments.map(text => encodeURI(text).replaceAll('%25', '%')).join(separator);
        return (twice ? path.replaceAll('%', '%25') : path).replaceAll(/[ \t\r\n\0?#]/g, '');
      });

  for (const name of ['ann', 'ops', 'eve'] as const) {
    it(`reads nothing for ${name} that is not there for it`, async () => {
      await fc.assert(
        fc.asyncProperty(hostilePath(), async path => {
          const answer = await send('GET', path, name);
          expect(answer.status, answer.text).to.be.lessThan(500);
          expect(answer.text, path).not.to.include(outside.path).and.not.include(api().directory.path);
          // Admins and viewers may read what belongs to users, but not what lies outside or belongs to the platform.
          const forbidden = name === 'ann' ? secret : `${secret} at all`;
          expect(answer.text, path).not.to.include(forbidden);
        }),
        { numRuns: runs },
      );
    });
  }

  for (const name of ['ann', 'eve'] as const) {
    it(`changes nothing for ${name} that is not its own`, async () => {
      const before = snapshot(api(), outside);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom('PUT', 'DELETE'), hostilePath(), async (method, path) => {
          const answer = await send(method, path, name);
          expect(answer.status, answer.text).to.be.lessThan(500);
          const after = snapshot(api(), outside);
          expect(Object.keys(after), `${method} ${path}`).to.deep.equal(Object.keys(before));
          expect(after, `${method} ${path}`).to.deep.equal(before);
        }),
        { numRuns: runs, endOnFailure: true },
      );
    });
  }

  it('of each of these is refused', async () => {
    const paths: [string, number][] = [
      ['/../secret.txt', 400],
      ['/%2e%2e/secret.txt', 400],
      ['/..%2fsecret.txt', 400],
      ['/%2e%2e%2fsecret.txt', 400],
      ['/users/ann/../bob/secret.txt', 400],
      ['/users/ann/..%5cbob%5csecret.txt', 400],
      ['/users%2fbob%2fsecret.txt', 404],
      ['/users/ann/to-bob/secret.txt', 404],
      ['/users/ann/to-secret', 404],
      ['/input/out/secret.txt', 400],
      ['/input/in/secret.txt', 404],
      ['/input/in/jobs', 404],
      ['/.gridmr/history.sqlite', 400],
      ['/%2egridmr/history.sqlite', 400],
      ['/./.gridmr/history.sqlite', 400],
      ['/users/ann/%00', 400],
      [`/output/${jobId}/part-r-00000`, 404],
      ['/%252e%252e/secret.txt', 404],
      ['//users/bob/secret.txt', 400],
      ['/data/users/bob/secret.txt', 404],
      ['/%2fdata/users/bob/secret.txt', 404],
      ['/Users/bob/secret.txt', 400],
      ['/users%E2%80%8B/bob/secret.txt', 400],
    ];
    for (const [path, status] of paths) {
      const answer = await send('GET', path, 'ann');
      expect(answer.status, `${path} ${answer.text}`).to.equal(status);
      expect(answer.text).not.to.include(secret);
    }
    expect((await send('GET', '/users/ann/own.txt', 'ann')).text).to.equal('hers');
  });

  it('lists nothing of others through links and names', async () => {
    for (const prefix of [
      'input/in/',
      'input/out/',
      'users/ann/to-bob/',
      'users/bob/',
      '.gridmr/',
      'users/ann/absolute/',
    ]) {
      const answer = await send('GET', `?prefix=${encodeURIComponent(prefix)}`, 'ann');
      expect(answer.text, prefix).not.to.include('secret.txt');
      expect(answer.status, prefix).to.be.oneOf([200, 400]);
    }
  });
});

/** Secrets everywhere, and links to them from where anybody may read. Returns a job of bob's. */
async function plant(api: ApiUnderTest, outside: TemporaryDirectory): Promise<string> {
  const { directory } = api;
  const answer = await api.submit({ name: 'x', input_file: 'input/book.txt', map_function: 'x => []' }, as('bob'));
  await directory.write('users/bob/secret.txt', secret);
  await directory.write(`output/${answer.body.job_id}/part-r-00000`, secret);
  await directory.write('.gridmr/secret.txt', `${secret} at all`);
  await writeFile(join(outside.path, 'secret.txt'), `${secret} at all`);
  await directory.write('users/ann/own.txt', 'hers');
  await mkdir(directory.resolve('users/ann'), { recursive: true });
  await symlink(outside.path, directory.resolve('input/out'));
  await symlink('../.gridmr', directory.resolve('input/in'));
  await symlink('../bob', directory.resolve('users/ann/to-bob'));
  await symlink('../bob/secret.txt', directory.resolve('users/ann/to-secret'));
  await symlink(outside.path, directory.resolve('users/ann/absolute'));
  return answer.body.job_id;
}

/** All that is not ann's: names, sizes and contents; of the platform's own, what does not change by itself. */
function snapshot(api: ApiUnderTest, outside: TemporaryDirectory): Record<string, string> {
  const found: Record<string, string> = {};
  const skipped = /^(?:users\/ann(?:\/|$)|(?:\.gridmr|input\/in)(?:$|\/(?:history|uploads|tmp)))/;
  for (const root of [api.directory.path, outside.path]) {
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (skipped.test(name)) continue;
      const path = join(root, name);
      found[path] = statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
    }
  }
  return found;
}
