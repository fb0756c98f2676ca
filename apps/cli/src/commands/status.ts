/** `gridmr status`: all about one job. */
import type { Job } from '@gridmr/contracts';
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { describeFailure } from '../output/failed-job.js';
import { platformCounters, userCounters } from '../output/job-summary.js';
import { agoText, bytesText, countText, durationText } from '../output/sizes.js';
import { printable, textTable } from '../output/text-table.js';
import { workMs } from './follow-job.js';
import { jobArgument, jobArgumentHelp, jobIdOf } from './job-argument.js';

export function addStatusCommand(program: Command, cli: CommandLine): void {
  program
    .command('status')
    .argument(jobArgument, jobArgumentHelp)
    .summary('how a job fares, and why it failed')
    .description(
      'Shows all about one job: how far it is, what it counted, and why it failed. Its exit code is 0 whatever became of the job.',
    )
    .addHelpText('after', '\nExamples:\n  gridmr status last\n  gridmr status last --json | jq .progress')
    .action(async (job: string, _: object, self: Command) => {
      const options = optionsOf<object>(self);
      const client = cli.client(options);
      const found = await client.job(await jobIdOf(client, job, cli.signal), { signal: cli.signal });
      if (options.json === true) cli.printJson(found);
      else for (const line of describeJob(found, Date.now())) cli.print(line);
    });
}

function describeJob(job: Job, nowMs: number): string[] {
  const { tasks, input, output } = job;
  const facts: [string, string][] = [
    ['job', job.job_id],
    ['name', job.name],
    ['status', job.phase !== null && job.status === 'running' ? `running (${job.phase})` : job.status],
    ['submitted', `${job.created_at} (${agoText(job.created_at, nowMs)})`],
  ];
  if (job.finished_at !== null) facts.push(['took', durationText(workMs(job))]);
  for (const kind of ['map', 'reduce'] as const) {
    const { total, completed, running, failed } = tasks[kind];
    if (total > 0) facts.push([kind, `${completed} of ${total} tasks done, ${running} running, ${failed} failed`]);
  }
  if (input !== null) facts.push(['input', `${countText(input.files)} files, ${bytesText(input.bytes)}`]);
  if (output !== null)
    facts.push(['output', `${output.path}: ${countText(output.records)} records, ${bytesText(output.bytes)}`]);
  const lines = facts.map(([name, value]) => `${name.padEnd(10)} ${printable(value)}`);
  const counters = platformCounters(job.counters);
  if (counters.length > 0) lines.push('', ...textTable(['counter', 'value'], counters), ...userCounters(job.counters));
  if (job.error !== null) lines.push('', ...describeFailure(job.error, { path: undefined, source: job.spec.program }));
  return lines;
}
