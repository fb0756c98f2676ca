/** What the demo shows of a finished job: the most frequent words, the counters, the throughput. */
import type { GridmrClient } from '@gridmr/client';
import type { Job } from '@gridmr/contracts';

const topWords = 10;

export async function printReport(client: GridmrClient, job: Job, seconds: number): Promise<void> {
  if (job.status !== 'completed') {
    console.log(`\nThe job is ${job.status}: ${job.error?.message ?? 'no reason is known'}`);
    return;
  }
  console.log(`\nTop ${topWords} words`);
  for (const [word, count] of await mostFrequent(client, job.job_id)) {
    console.log(`  ${String(count).padStart(6)}  ${word}`);
  }
  console.log('\nCounters');
  for (const [name, value] of Object.entries(job.counters)) {
    if (typeof value === 'number' && value > 0) console.log(`  ${name.padEnd(24)} ${value.toLocaleString('en')}`);
  }
  const megabytes = (job.input?.bytes ?? 0) / 1e6;
  const rate = (megabytes / seconds).toFixed(2);
  console.log(`\n${megabytes.toFixed(2)} MB in ${seconds.toFixed(2)} s, submit to completed: ${rate} MB/s`);
}

async function mostFrequent(client: GridmrClient, jobId: string): Promise<[word: string, count: number][]> {
  const words: [string, number][] = [];
  for await (const line of client.results(jobId)) {
    const [word = '', count = ''] = line.split('\t');
    words.push([word, Number(count)]);
  }
  return words.sort(([, a], [, b]) => b - a).slice(0, topWords);
}
