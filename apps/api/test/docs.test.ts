/** GET /docs */
import { expect } from 'chai';
import { withApi } from './api-under-test.js';

describe('GET /docs', () => {
  const api = withApi();

  it('is a page that loads nothing from elsewhere, and runs no script that stands in it', async () => {
    const answer = await api().http.get('/docs');
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.equal('text/html; charset=utf-8');
    const sources = [...answer.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(match => match[1] ?? '');
    expect(sources).to.have.lengthOf(4);
    for (const source of sources) expect(source).to.match(/^\/docs\/[\w.-]+$/);
    expect(answer.text).not.to.match(/<script>|\son\w+=/);
  });

  it('has everything that the page asks for, of the kind that it is', async () => {
    const kinds: [file: string, type: RegExp, bytesMin: number][] = [
      ['swagger-ui.css', /^text\/css/, 100_000],
      ['swagger-ui-bundle.js', /^text\/javascript/, 1_000_000],
      ['favicon-32x32.png', /^image\/png/, 100],
      ['start.js', /^text\/javascript/, 100],
    ];
    for (const [file, type, bytesMin] of kinds) {
      const answer = await api().http.get(`/docs/${file}`).buffer(true);
      expect(answer.status, file).to.equal(200);
      expect(answer.headers['content-type']).to.match(type);
      expect(Number(answer.headers['content-length'])).to.be.above(bytesMin);
    }
    expect((await api().http.get('/docs/start.js')).text).to.include("'/openapi.json'");
  });

  it('serves nothing else from where it has that', async () => {
    for (const path of ['package.json', 'index.html', '..%2fpackage.json', '%2e%2e/package.json']) {
      expect((await api().http.get(`/docs/${path}`)).status, path).to.equal(404);
    }
  });
});
