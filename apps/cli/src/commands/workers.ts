/** `gridmr workers`: who works, and on what. */
import type { Worker } from '@gridmr/contracts';
import type { Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { agoText } from '../output/sizes.js';
import { textTable } from '../output/text-table.js';

export function addWorkersCommand(program: Command, cli: CommandLine): void {
  program
    .command('workers')
    .summary('list workers and how they are doing')
    .description('Lists the workers that report to the server. With --json: one line of JSON for each.')
    .addHelpText(
      'after',
      '\nExamples:\n  gridmr workers\n  gridmr workers --json | jq -r \'select(.state == "lost").worker_id\'',
    )
    .action(async (_: object, self: Command) => {
      const options = optionsOf<object>(self);
      const workers = await cli.client(options).workers({ signal: cli.signal });
      if (options.json === true) for (const worker of workers) cli.printJson(worker);
      else if (workers.length === 0) cli.note('no workers; start some with `npm start`, or see docs/operating.md');
      else for (const line of workerTable(workers, Date.now())) cli.print(line);
    });
}

function workerTable(workers: readonly Worker[], nowMs: number): string[] {
  const rows = workers.map(worker => [
    worker.worker_id,
    worker.state,
    `${worker.active_tasks}/${worker.slots}`,
    `${Math.round(worker.cpu_percent)}%`,
    `${Math.round(worker.rss_mb)} MB`,
    String(worker.tasks_completed),
    String(worker.tasks_failed),
    agoText(worker.started_at, nowMs),
  ]);
  return textTable(['worker', 'state', 'tasks', 'cpu', 'memory', 'done', 'failed', 'started'], rows);
}
