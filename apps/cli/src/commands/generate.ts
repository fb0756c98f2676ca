/** `gridmr generate`: sample input of any size. */
import { type SampleKind, sampleChunks, sampleKinds } from '@gridmr/samples';
import { Argument, type Command } from 'commander';
import { type CommandLine, optionsOf } from '../command-line.js';
import { sizeInBytes, wholeNumber } from '../job-file/option-values.js';
import { bytesText } from '../output/sizes.js';
import { writeWhole } from '../output/write-whole.js';

interface Options {
  readonly size: number;
  readonly seed?: number;
}

const sizeDefault = 10_000_000;

export function addGenerateCommand(program: Command, cli: CommandLine): void {
  program
    .command('generate')
    .addArgument(new Argument('<kind>', 'of data').choices(sampleKinds))
    .argument('[file]', 'where it goes; without it, or for -, standard output')
    .summary('make sample input')
    .description(
      'Makes sample input: text (words as frequent as in English), logs, json (lines), csv, or records of 100 bytes to be sorted. ' +
        'The same kind, size and seed give the same bytes everywhere.',
    )
    .option('-s, --size <size>', 'as 100MB or 1.5GiB', sizeInBytes, sizeDefault)
    .option('--seed <n>', 'another seed, other data', wholeNumber)
    .addHelpText(
      'after',
      '\nExamples:\n  gridmr generate text words.txt --size 100MB\n  gridmr generate logs --size 1MB --seed 7 | head',
    )
    .action(async (kind: SampleKind, file: string | undefined, _: object, self: Command) => {
      const options = optionsOf<Options>(self);
      const chunks = sampleChunks(kind, options.size, options.seed);
      if (file === undefined || file === '-') {
        for (const chunk of chunks) await cli.write(chunk);
        return;
      }
      const bytes = await writeWhole(cli, file, chunks);
      if (options.json === true) cli.printJson({ kind, file, bytes });
      else cli.note(`${file}: ${bytesText(bytes)} of ${kind}`);
    });
}
