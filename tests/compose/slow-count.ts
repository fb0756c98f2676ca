/** A job that takes a while, with enough tasks to be hit in the middle; whose answer the oracle knows. All of it over HTTP. */
import type { GridmrClient } from '@gridmr/client';
import type { JobRequest } from '@gridmr/contracts';
import { makeText, type OracleResult, randomFor, runOracle, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';

const lines = 240;
const mapTasks = 24;
const jobMs = 180_000;
const input = 'slow/words.txt';
const text = makeText(randomFor('compose'), 'words', lines);

/** A job, and what it must give. */
export interface SlowCount {
  readonly request: JobRequest;
  readonly expected: OracleResult;
}

/** `turns` of an empty loop for each record: a million take some 20 ms in the sandbox, none of which shows in the answer. */
export async function prepareSlowCount(client: GridmrClient, turns: number): Promise<SlowCount> {
  const functions = {
    map_function: `line => {
      for (let i = 0; i < ${turns}; i++);
      return line.split(' ').filter(word => word).map(word => [word, 1]);
    }`,
    reduce_function: '(word, ones) => [word, ones.reduce((a, b) => a + b, 0)]',
  } as const;
  await client.files.upload(input, new Uint8Array(text));
  const expected = await runOracle({
    program: { form: 'functions', ...functions },
    inputs: [{ path: input, bytes: text }],
  });
  const split_size_mb = text.length / mapTasks / 1024 / 1024;
  return { expected, request: { name: 'slow count', input_file: input, num_reducers: 3, split_size_mb, ...functions } };
}

/** Submits it, and answers once some of its map tasks are done and others are not. */
export async function submitAndWaitForMiddle(client: GridmrClient, { request }: SlowCount): Promise<string> {
  const { job_id } = await client.submit(request);
  await waitUntil('the middle of the job', async () => {
    const { tasks } = await client.job(job_id);
    return tasks.map.completed >= 2 && tasks.map.completed < tasks.map.total;
  });
  return job_id;
}

/** Waits across answers that do not come, and compares every line. */
export async function expectAnswer(client: GridmrClient, jobId: string, { expected }: SlowCount): Promise<void> {
  const signal = AbortSignal.timeout(jobMs);
  const job = await waitUntil(`the end of ${jobId}`, () => client.waitFor(jobId, { signal }), { timeoutMs: jobMs });
  expect(job.error).to.equal(null);
  expect(job.status).to.equal('completed');
  expect(await linesOfResults(client, jobId)).to.deep.equal(expected.sortedLines);
  const { map_input_records, map_output_records, reduce_output_records } = expected.counters;
  expect(job.counters).to.include({ map_input_records, map_output_records, reduce_output_records });
}

async function linesOfResults(client: GridmrClient, jobId: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of client.results(jobId)) found.push(line);
  return found.sort();
}
