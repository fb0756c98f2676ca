/** `gridmr files`: files of the server's data directory. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import { type CommandLine, optionsOf } from '../command-line.js';
import { exitCodes } from '../exit-codes.js';
import { positiveNumber } from '../job-file/option-values.js';
import { bytesText } from '../output/sizes.js';
import { printable } from '../output/text-table.js';
import { writeWhole } from '../output/write-whole.js';

export function addFilesCommand(program: Command, cli: CommandLine): void {
  const files = program
    .command('files')
    .summary("bring files to the server's data directory, and back")
    .description('Files of the data directory of the server, which are the inputs of jobs.');
  addPut(files, cli);
  addGet(files, cli);
  addList(files, cli);
  addRemove(files, cli);
}

function addPut(files: Command, cli: CommandLine): void {
  files
    .command('put')
    .argument('<file>', 'of this machine; - for standard input')
    .argument('[path]', 'in the data directory; one that ends in / keeps the name (default: the name of the file)')
    .summary('upload a file')
    .description('Uploads a file, streamed. It appears on the server whole or not at all.')
    .option('--only-new', 'fail if there is such a file')
    .addHelpText(
      'after',
      '\nExamples:\n  gridmr files put words.txt input/\n  gzip -c log.txt | gridmr files put - logs/log.gz',
    )
    .action(async (file: string, path: string | undefined, _: object, self: Command) => {
      const options = optionsOf<{ onlyNew?: boolean }>(self);
      const target = targetOf(file, path);
      const source = file === '-' ? process.stdin : await openFile(file);
      const content = Readable.toWeb(source) as ReadableStream<Uint8Array>;
      const { onlyNew } = options;
      const stored = await cli.client(options).files.upload(target, content, { onlyNew, signal: cli.signal });
      if (options.json === true) cli.printJson(stored);
      else cli.print(`${printable(stored.path)}: ${bytesText(stored.bytes)}`);
    });
}

async function openFile(file: string): Promise<Readable> {
  const status = await stat(file).catch(() => undefined);
  if (status?.isFile()) return createReadStream(file);
  const message = status === undefined ? `there is no file ${file}` : `${file} is not a file`;
  throw new CliError(exitCodes.notFound, message, 'give the path of a file of this machine');
}

function targetOf(file: string, path: string | undefined): string {
  if (path !== undefined && !path.endsWith('/')) return path;
  if (file === '-')
    throw new CliError(exitCodes.usage, 'standard input has no name', 'give the path in the data directory');
  return `${path ?? ''}${basename(file)}`;
}

function addGet(files: Command, cli: CommandLine): void {
  files
    .command('get')
    .argument('<path>', 'in the data directory')
    .argument('[file]', 'of this machine; without it, standard output')
    .summary('download a file')
    .description('Downloads a file, streamed.')
    .addHelpText(
      'after',
      '\nExamples:\n  gridmr files get output/words/part-r-00000 | head\n  gridmr files get input/words.txt words.txt',
    )
    .action(async (path: string, file: string | undefined, _: object, self: Command) => {
      const options = optionsOf<object>(self);
      const stream = await cli.client(options).files.download(path, { signal: cli.signal });
      if (file === undefined || file === '-') {
        for await (const chunk of stream) await cli.write(chunk);
        return;
      }
      const bytes = await writeWhole(cli, file, stream);
      if (options.json === true) cli.printJson({ path, file, bytes });
      else cli.note(`${file}: ${bytesText(bytes)}`);
    });
}

function addList(files: Command, cli: CommandLine): void {
  files
    .command('ls')
    .argument('[prefix]', 'of paths, as input/', '')
    .summary('list files')
    .description(
      'Lists files of the data directory in the order of their paths. With --json: one line of JSON for each.',
    )
    .option('-l, --limit <n>', 'at most n', positiveNumber)
    .addHelpText(
      'after',
      "\nExamples:\n  gridmr files ls input/\n  gridmr files ls --json | jq -r 'select(.bytes > 1e9).path'",
    )
    .action(async (prefix: string, _: object, self: Command) => {
      const options = optionsOf<{ limit?: number }>(self);
      const { limit = Number.POSITIVE_INFINITY } = options;
      let listed = 0;
      for await (const file of cli.client(options).files.all({ prefix }, { signal: cli.signal })) {
        const text = `${bytesText(file.bytes).padStart(9)}  ${file.modified_at}  ${printable(file.path)}`;
        await cli.write(`${options.json === true ? JSON.stringify(file) : text}\n`);
        if (++listed >= limit) break;
      }
    });
}

function addRemove(files: Command, cli: CommandLine): void {
  files
    .command('rm')
    .argument('<paths...>', 'in the data directory')
    .summary('remove files')
    .description('Removes files. It cannot be undone.')
    .addHelpText('after', '\nExamples:\n  gridmr files rm input/words.txt')
    .action(async (paths: string[], _: object, self: Command) => {
      const options = optionsOf<object>(self);
      const client = cli.client(options);
      for (const path of paths) {
        await client.files.delete(path, { signal: cli.signal });
        if (options.json === true) cli.printJson({ path, removed: true });
        else cli.print(`${printable(path)} is removed`);
      }
    });
}
