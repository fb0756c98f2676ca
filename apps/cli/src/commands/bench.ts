/** `gridmr bench`: how fast this machine runs four typical jobs, by itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRequest } from '@gridmr/contracts';
import { type SampleKind, sampleChunks } from '@gridmr/samples';
import { Argument, type Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { positiveNumber, sizeInBytes } from '../job-file/option-values.js';
import { prepareRequest } from '../local/prepare-run.js';
import { runOnce } from '../local/run-once.js';
import { bytesText, durationText } from '../output/sizes.js';
import { writeWhole } from '../output/write-whole.js';

interface Options {
  readonly size: number;
  readonly iterations: number;
  readonly workers?: number;
  readonly json?: boolean;
}

interface Workload {
  readonly sample: SampleKind;
  readonly fields: Partial<JobRequest>;
}

const sum = '(key, numbers) => [key, numbers.reduce((a, b) => a + b, 0)]';

const workloads = {
  words: {
    sample: 'text',
    fields: {
      map_function: '(line, ctx) => { for (const word of line.split(" ")) ctx.emit(word, 1); }',
      combine_function: sum,
      reduce_function: sum,
      num_reducers: 2,
    },
  },
  totals: {
    sample: 'json',
    fields: {
      input_format: 'jsonl',
      map_function: '({ user, amount }, ctx) => ctx.emit(user, amount)',
      combine_function: sum,
      reduce_function: sum,
      num_reducers: 2,
    },
  },
  errors: {
    sample: 'logs',
    fields: { map_function: '(line, ctx) => { if (/ERROR .* took \\d{4} ms/.test(line)) ctx.emit(line, 1); }' },
  },
  sort: {
    sample: 'records',
    fields: {
      map_function: '(line, ctx) => ctx.emit(line.slice(0, 10), line.slice(10))',
      reduce_function: 'function* (key, values) { for (const value of values) yield [key, value]; }',
      num_reducers: 2,
    },
  },
} as const satisfies Record<string, Workload>;
type WorkloadName = keyof typeof workloads;

const sizeDefault = 50_000_000;
const iterationsDefault = 3;

export function addBenchCommand(program: Command, cli: CommandLine): void {
  program
    .command('bench')
    .addArgument(new Argument('[jobs...]', 'which').choices(Object.keys(workloads)))
    .summary('measure how fast this machine runs typical jobs')
    .description(
      'Runs typical jobs on this machine, without a server, over data made for it: words counted, totals of JSON lines, a filter of logs, ' +
        'a sort. In a checkout, `npm run bench` measures a whole stack.',
    )
    .option('-s, --size <size>', 'of the data of each job', sizeInBytes, sizeDefault)
    .option('-n, --iterations <n>', 'runs of each job', positiveNumber, iterationsDefault)
    .option('--workers <n>', 'tasks at once (default: the number of cores)', positiveNumber)
    .addHelpText('after', '\nExamples:\n  gridmr bench\n  gridmr bench words sort --size 200MB --json')
    .action(async (names: WorkloadName[], _: object, self: Command) => {
      const options = optionsOf<Options>(self);
      const chosen = names.length === 0 ? (Object.keys(workloads) as WorkloadName[]) : names;
      const directory = await mkdtemp(join(tmpdir(), 'gridmr-bench-'));
      try {
        for (const name of chosen) await measure(cli, name, directory, options);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
}

async function measure(cli: CommandLine, name: WorkloadName, directory: string, options: Options): Promise<void> {
  const { sample, fields } = workloads[name];
  const input = join(directory, `${sample}.txt`);
  const bytes = await writeWhole(cli, input, sampleChunks(sample, options.size));
  const { workers = availableParallelism() } = options;
  for (let iteration = 1; iteration <= options.iterations; iteration++) {
    const output = join(directory, 'output');
    const request = { ...fields, name: `bench ${name}` };
    const prepared = await prepareRequest(request, name, { input: [input], output, workers });
    const { ms, verdict } = await runOnce(cli, { ...prepared, quiet: true, signal: cli.signal });
    await rm(output, { recursive: true });
    const seconds = ms / 1000;
    const megabytesPerSecond = bytes / 1e6 / seconds;
    if (options.json === true) {
      const figures = { seconds, mb_per_second: megabytesPerSecond, counters: verdict.counters };
      cli.printJson({ job: name, iteration, workers, bytes, ...figures });
    } else {
      const rate = `${megabytesPerSecond.toFixed(1)} MB/s`;
      cli.print(
        `${name.padEnd(7)} ${iteration}/${options.iterations}  ${bytesText(bytes)} in ${durationText(ms)}  ${rate}`,
      );
    }
  }
  await rm(input);
}
