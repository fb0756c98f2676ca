/** The results of a job on standard output, as they come. */
import type { GridmrClient, ResultsOptions } from '@gridmr/client';
import type { CommandLine } from '../command-line.js';

export async function printResults(
  cli: CommandLine,
  client: GridmrClient,
  jobId: string,
  options: ResultsOptions,
): Promise<void> {
  const stream = await client.resultStream(jobId, { ...options, signal: cli.signal });
  for await (const chunk of stream) await cli.write(chunk);
}
