/** Keys, the audit log and quotas, in every database. */
import { type AuditAction, accessLimits, auditQuerySchema } from '@gridmr/contracts';
import { BadCursorError } from '@gridmr/history';
import { expect } from 'chai';
import { failure, type OpenedHistory } from './describe-history.js';
import { anyJob, at, newJob } from './samples.js';

const quota = { bytes: 100, files: 3 };
const keyRow = (key_id: string, name = 'ann') => ({
  key_id,
  name,
  role: 'user' as const,
  secret_hash: `hash of ${key_id}`,
  created_at: at(0),
  expires_at: null,
  last_used_at: null,
});
const upload = (upload_id: string, bytes: number, client_id = 'ann') => ({
  upload_id,
  client_id,
  bytes,
  started_at: at(1),
});

export function describeAccess(name: string, open: () => Promise<OpenedHistory>): void {
  describe(`access in ${name}`, function () {
    this.timeout(20_000);
    let opened: OpenedHistory;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened[Symbol.asyncDispose]());
    const keys = () => opened.history.keys;
    const audit = () => opened.history.audit;
    const usage = () => opened.history.usage;
    const used = async (client = 'ann') => {
      const { bytes, files } = await usage().of(client);
      return [bytes, files];
    };

    it('knows whose a job is', async () => {
      const job = anyJob({ client_id: 'ann' });
      await opened.history.addJob(newJob(job));
      expect(await opened.history.ownerOf(job.job_id)).to.equal('ann');
      expect(await opened.history.ownerOf('nothing')).to.equal(undefined);
    });

    it('keeps keys, in the order of their ids, and the time of their last use', async () => {
      expect(await keys().any()).to.equal(false);
      for (const id of ['k2', 'k1']) await keys().add(keyRow(id));
      expect(await keys().any()).to.equal(true);
      await keys().used('k1', at(7));
      expect((await keys().all()).map(({ key_id, last_used_at }) => [key_id, last_used_at])).to.deep.equal([
        ['k1', at(7)],
        ['k2', null],
      ]);
      expect(await keys().find('k2')).to.deep.equal(keyRow('k2'));
    });

    it('ends the sessions of a key with it', async () => {
      await keys().add(keyRow('k1'));
      const session = { key_id: 'k1', created_at: at(0), expires_at: at(9) };
      await keys().openSession({ ...session, token_hash: 'a' });
      await keys().openSession({ ...session, token_hash: 'b', key_id: 'k2' });
      expect(await keys().remove('k1')).to.equal(true);
      expect(await keys().remove('k1')).to.equal(false);
      expect(await keys().findSession('a')).to.equal(undefined);
      expect((await keys().findSession('b'))?.key_id).to.equal('k2');
    });

    it('keeps a bounded number of sessions of a key, and none that has expired', async () => {
      const session = (i: number) => ({
        token_hash: `t${i}`,
        key_id: 'k1',
        created_at: at(i),
        expires_at: at(1000 + i),
      });
      await keys().openSession({ token_hash: 'old', key_id: 'k2', created_at: at(0), expires_at: at(0.5) });
      for (let i = 1; i <= accessLimits.sessionsPerKeyMax + 2; i++) await keys().openSession(session(i));
      const there = async (hash: string) => (await keys().findSession(hash)) !== undefined;
      expect([await there('old'), await there('t2'), await there('t3')]).to.deep.equal([false, false, true]);
    });

    it('lists the audit log newest first, by pages and filters', async () => {
      const actions: AuditAction[] = ['job.submit', 'job.cancel', 'key.create', 'job.submit'];
      for (const [i, action] of actions.entries()) {
        const about = { action, client_id: i === 2 ? null : 'ann', key_id: null, role: 'user', address: '::1' };
        await audit().add({ audit_id: `a${i}`, at: at(i), target: `t${i}\0`, request_id: 'r', ...about });
      }
      const ids = async (query: object) =>
        (await audit().list(auditQuerySchema.parse(query))).items.map(({ audit_id }) => audit_id);
      expect(await ids({})).to.deep.equal(['a3', 'a2', 'a1', 'a0']);
      const { next_cursor } = await audit().list(auditQuerySchema.parse({ limit: 3 }));
      expect(await ids({ limit: 3, cursor: next_cursor })).to.deep.equal(['a0']);
      expect(await ids({ action: 'job.submit' })).to.deep.equal(['a3', 'a0']);
      expect(await ids({ client_id: 'ann', after: at(0), before: at(3) })).to.deep.equal(['a1']);
      expect(await ids({ target: 't2\0' })).to.deep.equal(['a2']);
      expect(await failure(() => audit().list(auditQuerySchema.parse({ cursor: 'x' })))).to.be.instanceOf(
        BadCursorError,
      );
    });

    it('forgets entries that are old, or too many', async () => {
      for (let i = 0; i < 10; i++) {
        const nobody = { client_id: null, key_id: null, role: null, target: null, request_id: 'r', address: '::1' };
        await audit().add({ audit_id: `a${i}`, at: at(i), action: 'job.submit', ...nobody });
      }
      expect(await audit().forget(at(3))).to.equal(3);
      expect(await audit().forget(at(0), 4)).to.equal(3);
      const { items } = await audit().list(auditQuerySchema.parse({}));
      expect(items.map(({ audit_id }) => audit_id)).to.deep.equal(['a9', 'a8', 'a7', 'a6']);
      expect(await audit().forget(at(0), 4)).to.equal(0);
    });

    it('sets quota aside for an upload, and settles it at its end', async () => {
      expect(await usage().begin(upload('u1', 60), quota)).to.equal(true);
      expect(await used()).to.deep.equal([60, 1]);
      expect(await usage().grow(upload('u1', 0), 40, quota)).to.equal(true);
      expect(await usage().grow(upload('u1', 0), 1, quota)).to.equal(false);
      await usage().end('u1', { bytes: 70, files: 1 });
      await usage().end('u1', { bytes: 70, files: 1 });
      expect(await used()).to.deep.equal([70, 1]);
      await usage().removed('ann', { bytes: 70, files: 1 });
      expect(await used()).to.deep.equal([0, 0]);
    });

    it('refuses what is more than the quota leaves, of bytes and of files, and changes nothing', async () => {
      expect(await usage().begin(upload('u1', 101), quota)).to.equal(false);
      expect(await used()).to.deep.equal([0, 0]);
      for (let i = 0; i < 3; i++) await usage().begin(upload(`v${i}`, 0), quota);
      expect(await usage().begin(upload('v3', 0), quota)).to.equal(false);
      expect(await usage().begin(upload('w1', 100, 'bob'), quota)).to.equal(true);
      expect(await usage().uploadsBefore(at(2), 10)).to.have.length(4);
      expect(await usage().uploadsBefore(at(1), 10)).to.have.length(0);
    });

    it('never sets more aside than the quota, however many ask at once', async () => {
      const asked = Array.from({ length: 20 }, (_, i) => usage().begin(upload(`u${i}`, 40), quota));
      const given = (await Promise.all(asked)).filter(Boolean);
      expect(given).to.have.length(2);
      expect(await used()).to.deep.equal([80, 2]);
    });

    it('gives nothing more to an upload that has been given up', async () => {
      await usage().begin(upload('u1', 10), quota);
      await usage().end('u1');
      expect(await usage().grow(upload('u1', 0), 10, quota)).to.equal(false);
      expect(await used()).to.deep.equal([0, 0]);
    });

    it('takes over what was counted, with uploads on their way, unless something has changed meanwhile', async () => {
      await usage().recount('ann', { bytes: 30, files: 2 }, 0);
      expect(await used()).to.deep.equal([30, 2]);
      await usage().begin(upload('u1', 5), quota);
      const { version } = await usage().of('ann');
      await usage().recount('ann', { bytes: 20, files: 1 }, version);
      expect(await used()).to.deep.equal([25, 2]);
      await usage().recount('ann', { bytes: 90, files: 3 }, version);
      expect(await used()).to.deep.equal([25, 2]);
    });
  });
}
