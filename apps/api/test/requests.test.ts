import { gzipSync } from 'node:zlib';
import { problemSchema, requestLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi, withParts, wordCount } from './api-under-test.js';

const jobs = '/api/v1/jobs';
const unknownJob = `j${'0'.repeat(22)}`;

describe('every request', () => {
  const api = withApi();
  const post = (type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    api().http.post(jobs).set(headers).set('content-type', type).send(body);

  describe('its id', () => {
    it('is the one that it brings', async () => {
      const answer = await api().http.get('/nowhere').set('x-request-id', 'trace-1.2_3');
      expect(answer.headers['x-request-id']).to.equal('trace-1.2_3');
      expect(answer.body.request_id).to.equal('trace-1.2_3');
    });

    it('is a new one if it brings none, or one that is no sane token', async () => {
      for (const bad of [undefined, 'a b', 'x'.repeat(129), '"><script>']) {
        const request = api().http.get('/health/live');
        const answer = await (bad === undefined ? request : request.set('x-request-id', bad));
        expect(answer.headers['x-request-id']).to.match(/^[0-9a-z]{20}$/);
      }
    });

    it('is in the line that the log gets, with method, path and status', async () => {
      await api().http.get(`${jobs}/${unknownJob}?secret=1`).set('x-request-id', 'find-me');
      const line = api().log.lines.find(({ request_id }) => request_id === 'find-me');
      expect(line).to.include({ method: 'GET', path: `${jobs}/${unknownJob}`, status: 404 });
      expect(line?.duration_ms).to.be.a('number');
    });

    it('is in a line for who debugs, of a machine that looks whether all is well, and finds that it is', async () => {
      const levels: (string | undefined)[] = [];
      for (const [i, path] of ['/health/live', '/health/ready', '/metrics', jobs, '/health/nothing'].entries()) {
        await api().http.get(path).set('x-request-id', `look-${i}`);
        levels.push(api().log.lines.find(({ request_id }) => request_id === `look-${i}`)?.level);
      }
      expect(levels).to.deep.equal(['debug', 'debug', 'debug', 'info', 'info']);
    });
  });

  describe('that cannot be served', () => {
    const problems: [string, () => PromiseLike<{ status: number; body: unknown }>, number, string][] = [
      ['an unknown route', () => api().http.get('/api/v1/nothing'), 404, 'not_found'],
      ['an unknown job', () => api().http.get(`${jobs}/${unknownJob}`), 404, 'not_found'],
      ['a name that is no job id', () => api().http.get(`${jobs}/..%2f..%2fetc`), 404, 'not_found'],
      ['a path with broken escapes', () => api().http.get(`${jobs}/%E0%A4%A`), 400, 'invalid_request'],
      ['a method that the path does not have', () => api().http.delete(jobs), 405, 'method_not_allowed'],
      ['a form', () => post('application/x-www-form-urlencoded', 'name=x'), 415, 'media_type_not_supported'],
      [
        'an unknown encoding',
        () => post('application/json', '{}', { 'content-encoding': 'zip' }),
        415,
        'media_type_not_supported',
      ],
      ['no body', () => api().http.post(jobs), 400, 'invalid_request'],
      ['a body that is no object', () => post('application/json', '[]'), 400, 'invalid_request'],
      [
        'a body that is not UTF-8',
        () => post('application/json', Buffer.from([0x22, 0xff, 0x22])),
        400,
        'invalid_request',
      ],
      ['broken gzip', () => post('application/json', 'x', { 'content-encoding': 'gzip' }), 400, 'invalid_request'],
      ['an unknown parameter', () => api().http.get(`${jobs}?page=2`), 400, 'invalid_request'],
      ['a parameter given twice', () => api().http.get(`${jobs}?status=queued&status=failed`), 400, 'invalid_request'],
      ['a limit beyond bounds', () => api().http.get(`${jobs}?limit=1001`), 400, 'invalid_request'],
      ['a cursor of its own making', () => api().http.get(`${jobs}?cursor=abc`), 400, 'invalid_request'],
    ];

    for (const [what, ask, status, code] of problems) {
      it(`for ${what}: ${status} ${code}, as a problem document`, async () => {
        const answer = await ask();
        expect(answer.status).to.equal(status);
        const problem = problemSchema.strict().parse(answer.body);
        expect(problem).to.include({ status, code, type: `urn:gridmr:problem:${code}` });
        expect(JSON.stringify(problem)).not.to.match(/node_modules|\/tmp\/|at .*\.js/);
      });
    }

    it('names the methods that there are', async () => {
      expect((await api().http.put(jobs)).headers.allow).to.equal('POST, GET, HEAD, OPTIONS');
      expect((await api().http.post('/health')).headers.allow).to.equal('GET, HEAD, OPTIONS');
      const options = await api().http.options(jobs);
      expect(options.status).to.equal(204);
      expect(options.headers.allow).to.equal('POST, GET, HEAD, OPTIONS');
    });

    it('names the line and the column of a fault in JSON', async () => {
      const answer = await post('application/json', '{\n  "name": "x",\n  "map_function": oops\n}');
      expect(answer.body).to.include({ status: 400, line: 3, column: 19 });
      expect(answer.body.detail).to.equal('The body is not JSON: unexpected "o" at line 3, column 19');
    });

    it('names the field that is wrong', async () => {
      const answer = await api().http.get(`${jobs}?limit=many`);
      expect(answer.body.errors[0].path).to.equal('limit');
    });

    it('survives a body that is nested without end', async () => {
      const deep = '['.repeat(200_000);
      const answer = await post('application/json', `{"parameters":{"x":${deep}${']'.repeat(200_000)}}}`);
      expect(answer.body).to.include({ status: 400, code: 'invalid_request' });
      expect(answer.body.detail).to.include(`${requestLimits.jsonDepthMax} levels`);
    });
  });

  describe('with a big body', () => {
    const bodyOf = (bytes: number) => {
      const body = JSON.stringify({ ...wordCount, parameters: { filler: '' } });
      return body.replace('"filler":""', `"filler":"${'x'.repeat(bytes - body.length)}"`);
    };

    it('is served up to 1 MiB', async () => {
      expect((await post('application/json', bodyOf(requestLimits.bodyBytesMax))).status).to.equal(202);
    });

    it('is refused beyond: 413 body_too_large', async () => {
      const answer = await post('application/json', bodyOf(requestLimits.bodyBytesMax + 1));
      expect(answer.body).to.include({ status: 413, code: 'body_too_large' });
      expect(await api().traces()).to.deep.equal([]);
    });

    it('is measured after it was unpacked', async () => {
      const packed = gzipSync(bodyOf(20 * requestLimits.bodyBytesMax));
      const answer = await api()
        .http.post(jobs)
        .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .serialize(body => body)
        .send(packed);
      expect(answer.body).to.include({ status: 413, code: 'body_too_large' });
    });
  });

  it('is answered with the headers of a careful server', async () => {
    const { headers } = await api().http.get('/health/live');
    expect(headers).to.include({ 'x-content-type-options': 'nosniff' });
    expect(headers).not.to.have.property('x-powered-by');
  });
});

describe('an error that nobody expected', () => {
  const open = withParts();

  it('is answered as 500 internal_error without a word of it, and logged with it', async () => {
    const failure = new Error('secret at /home/me/app.js:1');
    const check = () => Promise.reject(failure);
    await using api = await open({ checker: { check } });
    const answer = await api.submit(wordCount);
    expect(answer.body).to.include({ status: 500, code: 'internal_error' });
    expect(answer.text).not.to.match(/secret|app\.js/);
    expect(api.log.lines.find(({ level }) => level === 'error')).to.include({
      error: failure,
      request_id: answer.body.request_id,
    });
  });
});
