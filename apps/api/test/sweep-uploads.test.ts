/** What the sweep does about uploads whose process is gone, about quotas, and about old entries of the audit log. */
import { utimes } from 'node:fs/promises';
import { auditQuerySchema, fileLimits, uploadsDirectory } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { Sweep } from '../dist/index.js';
import { withKeys } from './with-keys.js';

const everyMs = 100;
const longAgo = () => new Date(Date.now() - fileLimits.uploadAbandonedMs - 60_000);

describe('the sweep of uploads', function () {
  this.timeout(30_000);
  const api = withKeys();

  const stagedFile = async (id: string, modified: Date) => {
    const path = await api().directory.write(`${uploadsDirectory}/${id}`, 'half');
    await utimes(path, modified, modified);
  };
  const reserve = (upload_id: string, started: Date) =>
    api().history.usage.begin(
      { upload_id, client_id: 'ann', bytes: 100, started_at: started.toISOString() },
      { bytes: 1000, files: 10 },
    );

  it('removes files that nobody has written to for long, gives their quota back, and leaves those on their way', async () => {
    await stagedFile('abandoned', longAgo());
    await reserve('abandoned', longAgo());
    await stagedFile('alive', new Date());
    await reserve('alive', longAgo());
    await reserve('begun', new Date());
    await using _sweep = new Sweep(api().dependencies, everyMs);
    await waitUntil('the upload is gone', async () => (await api().history.usage.of('ann')).files === 2);
    expect(await api().store.names(uploadsDirectory)).to.deep.equal(['alive']);
    expect(await api().history.usage.of('ann')).to.include({ bytes: 200, files: 2 });
  });

  it('counts what the files of a client really take up, uploads under way included', async () => {
    await api().directory.write('users/ann/out/part-r-00000', '12345');
    await api().directory.write('users/ann/a', '123');
    await reserve('begun', new Date());
    await using _sweep = new Sweep(api().dependencies, everyMs);
    await waitUntil('they are counted', async () => (await api().history.usage.of('ann')).files === 3);
    expect(await api().history.usage.of('ann')).to.include({ bytes: 108 });
  });

  it('forgets entries of the audit log that are older than the settings say', async () => {
    const day = 86_400_000;
    const entry = { action: 'job.submit', client_id: 'ann', key_id: null, role: 'user', target: null } as const;
    for (const [audit_id, days] of [
      ['a1', 91],
      ['a2', 89],
    ] as const) {
      const at = new Date(Date.now() - days * day).toISOString();
      await api().history.audit.add({ ...entry, audit_id, at, address: '::1', request_id: 'r' });
    }
    await using _sweep = new Sweep(api().dependencies, everyMs);
    const ids = async () =>
      (await api().history.audit.list(auditQuerySchema.parse({}))).items.map(({ audit_id }) => audit_id);
    await waitUntil('the old one is gone', async () => (await ids()).length === 1);
    expect(await ids()).to.deep.equal(['a2']);
  });
});
