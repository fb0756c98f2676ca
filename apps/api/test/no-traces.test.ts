/** Whatever goes wrong, no answer names a path of the machine, a stack or a secret. */
import { problemSchema } from '@gridmr/contracts';
import { HistoryUnavailableError } from '@gridmr/history';
import { StorageError } from '@gridmr/storage';
import { expect } from 'chai';
import { withParts, wordCount } from './api-under-test.js';
import { askRoutes } from './ask-routes.js';
import { as, secrets, settingsOfKeys } from './with-keys.js';

const tellTale = '/srv/gridmr/secret-place';
const traces = /\/srv\/|\/tmp\/|node_modules|\bat .*\.(?:js|ts)|\.(?:js|ts):\d|secret-place|ECONN|ENOENT|SQLITE/;

/** Everything that it is asked for fails. */
function failing<Part extends object>(part: Part, failure: () => Error): Part {
  return new Proxy(part, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? () => Promise.reject(failure()) : value;
    },
  });
}

const systemError = () =>
  Object.assign(new Error(`ENOENT: no such file, open '${tellTale}/a'`), { code: 'ENOENT', errno: -2, path: tellTale });

describe('an answer to a request that fails', function () {
  this.timeout(60_000);
  const open = withParts();

  const asked = {
    names: { path: 'input/book.txt' },
    bodies: {
      submitJob: wordCount,
      createKey: { name: 'carl', role: 'user' },
      openSession: { key: secrets.ops },
    },
  };

  const failures: [string, () => Error, number][] = [
    ['an error of the system', systemError, 500],
    ['a database that is away', () => new HistoryUnavailableError(`${tellTale}/history.sqlite`, systemError()), 503],
    [
      'a storage that is away',
      () => new StorageError('io_error', 'a', 'a could not be read', { cause: systemError() }),
      503,
    ],
    ['something that is no error', () => 'a string' as unknown as Error, 500],
  ];
  for (const [what, failure, status] of failures) {
    for (const part of ['history', 'store', 'queue'] as const) {
      it(`for ${what}, in ${part}, says nothing of where and how`, async () => {
        await using sound = await open({}, settingsOfKeys);
        const change = { [part]: failing(sound.dependencies[part], failure) };
        await using api = await open(change, settingsOfKeys);
        let failed = 0;
        const check: Parameters<typeof askRoutes>[2] = ({ id }, answer) => {
          if (answer.status >= 400) expect(answer.text, id).not.to.match(traces);
          if (answer.status === status) failed++;
          if (answer.status >= 500 && !id.startsWith('read')) problemSchema.strict().parse(JSON.parse(answer.text));
        };
        await askRoutes(api, as('ops'), check, asked);
        expect(failed, 'some route needs this part').to.be.greaterThan(0);
      });
    }
  }

  it('for keys and audit records that fail, says nothing either', async () => {
    await using api = await open({}, settingsOfKeys);
    const { history } = api;
    for (const part of ['keys', 'audit', 'usage'] as const) {
      Object.defineProperty(history, part, { value: failing(history[part], systemError) });
    }
    const check: Parameters<typeof askRoutes>[2] = ({ id }, answer) => {
      if (answer.status >= 400) expect(answer.text, id).not.to.match(traces);
    };
    await askRoutes(api, as('ops'), check, asked);
    const guess = await api.http.get('/api/v1/jobs').set('x-api-key', `gmr_k${'0'.repeat(16)}_${'A'.repeat(43)}`);
    expect(guess.text).not.to.match(traces);
  });
});
