import { deadLetterSchema, jobFiles, pageSchema, type SkippedRecord, taskId, zeroCounters } from '@gridmr/contracts';
import { expect } from 'chai';
import { type ApiUnderTest, withApi } from './api-under-test.js';
import { planOf } from './planned-job.js';
import { verdictOf } from './submitted-job.js';

const letterPage = pageSchema(deadLetterSchema.strict(), 'TestLetterPage');

function skipped(offset: number): SkippedRecord {
  const error = {
    code: 'user_code_error',
    message: 'é'.repeat(offset % 50),
    function: 'map_function',
    line: 1,
    column: 9,
  } as const;
  return { path: 'input/book.txt', offset, record: `record ${offset}`, error };
}

const linesOf = (records: readonly SkippedRecord[]) => records.map(record => `${JSON.stringify(record)}\n`).join('');

/** What an attempt of a map task leaves that skipped these records. Returns the name of the file. */
async function attempt(api: ApiUnderTest, jobId: string, index: number, name: string, offsets: readonly number[]) {
  const path = jobFiles.deadLetterFile(jobId, index, name);
  await api.store.write(path, Buffer.from(linesOf(offsets.map(skipped))));
  return path.slice(path.lastIndexOf('/') + 1);
}

async function commit(api: ApiUnderTest, jobId: string, index: number, dead_letters?: string) {
  await api.jobStore.commitAttempt({
    task_id: taskId(jobId, 'map', index),
    attempt: 1,
    worker_id: 'w7',
    started_at: '2030-01-01T00:00:02.000Z',
    committed_at: '2030-01-01T00:00:03.000Z',
    file: 'm-0000.a1-test.segment',
    bytes: 1,
    records: 1,
    crc32c: 0,
    counters: zeroCounters(),
    ...(dead_letters === undefined ? {} : { dead_letters }),
  });
}

describe('GET /api/v1/jobs/{id}/dead-letters', () => {
  const api = withApi();
  const get = (id: string, query = '') => api().http.get(`/api/v1/jobs/${id}/dead-letters?${query}`);
  const placesOf = (body: unknown) =>
    letterPage.parse(body).items.map(({ task_id, offset }) => `${task_id.slice(-2)}:${offset}`);

  async function skippingJob(): Promise<string> {
    const id = await api().submitted({ on_record_error: 'skip' });
    await planOf(api(), id, 4);
    return id;
  }

  it('answers 404 for a job that there is not', async () => {
    expect((await get(`j${'0'.repeat(22)}`)).body).to.include({ code: 'not_found' });
  });

  it('is empty for a job that has skipped nothing', async () => {
    expect((await get(await api().submitted())).body).to.deep.equal({ items: [], next_cursor: null });
  });

  it('gives task, path, offset, record and error of each record', async () => {
    const id = await skippingJob();
    await commit(api(), id, 1, await attempt(api(), id, 1, 'a1-x', [7]));
    const { body, status } = await get(id);
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ items: [{ task_id: taskId(id, 'map', 1), ...skipped(7) }], next_cursor: null });
  });

  it('lists what committed attempts skipped and nothing else, while the job runs', async () => {
    const id = await skippingJob();
    await commit(api(), id, 2, await attempt(api(), id, 2, 'a2-x', [20, 21]));
    await attempt(api(), id, 2, 'a1-lost', [20, 21]);
    await attempt(api(), id, 0, 'a1-running', [1]);
    await commit(api(), id, 3);
    expect(placesOf((await get(id)).body)).to.deep.equal(['02:20', '02:21']);
  });

  it('lists the same when the job has ended and its commit records are gone', async () => {
    const id = await skippingJob();
    const name = await attempt(api(), id, 2, 'a2-x', [20, 21]);
    await commit(api(), id, 2, name);
    const before = (await get(id)).body;
    await api().store.rename(`${jobFiles.deadLetters(id)}/${name}`, jobFiles.deadLetterFile(id, 2));
    expect((await get(id)).body).to.deep.equal(before);
    await api().history.finishJob(await api().jobStore.commitVerdict(verdictOf(id, 'completed')));
    await api().jobStore.removeIntermediates(id);
    expect((await get(id)).body).to.deep.equal(before);
    expect(before.items).to.have.lengthOf(2);
  });

  it('gives each once, page by page, whatever the page’s length and across tasks', async () => {
    const id = await skippingJob();
    const wanted: string[] = [];
    for (const index of [3, 0, 1]) {
      const offsets = Array.from({ length: index === 0 ? 1500 : 5 }, (_, i) => i * 100 + index);
      await commit(api(), id, index, await attempt(api(), id, index, 'a1-x', offsets));
    }
    for (const index of [0, 1, 3]) {
      wanted.push(...Array.from({ length: index === 0 ? 1500 : 5 }, (_, i) => `0${index}:${i * 100 + index}`));
    }
    for (const limit of [7, 1000]) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body } = await get(id, `limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        expect(body.items).to.have.length.within(1, limit);
        seen.push(...placesOf(body));
        cursor = body.next_cursor;
      }
      expect(seen).to.deep.equal(wanted);
    }
  });

  it('refuses a cursor that is none', async () => {
    const id = await skippingJob();
    await commit(api(), id, 0, await attempt(api(), id, 0, 'a1-x', [1, 2, 3]));
    const made = (place: object) => Buffer.from(JSON.stringify(place)).toString('base64url');
    for (const cursor of ['x', made({ index: 0 }), made({ index: 0, at: 5 }), made({ index: -1, at: 0 })]) {
      const { status, body } = await get(id, `cursor=${cursor}`);
      expect(status).to.equal(400);
      expect(body.errors[0]).to.include({ path: 'cursor' });
    }
    expect((await get(id, 'limit=0')).status).to.equal(400);
  });
});
