/**
 * A job whose segments are files, not parts of commit records, and whose last map task takes its time: until it ends nothing is reduced, so that
 * what the others have committed can be damaged for certain before it is read.
 */
import { type JobRequest, jobFiles } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import { type OracleResult, randomFor, runOracle, type TemporaryDirectory } from '@gridmr/testkit';

export const wideMapTasks = 8;
const reduceTasks = 3;
const linesPerTask = 400;
const input = 'wide/lines.txt';
const random = randomFor('wide job');
const line = () => `${Array.from({ length: 5 }, () => random.word(4, 9)).join('-')}`.padEnd(40, '.');
const lines = Array.from({ length: wideMapTasks * linesPerTask }, line);
lines[lines.length - 1] = 'last'.padEnd(40, '.');
const text = Buffer.from(`${lines.join('\n')}\n`);

const program = {
  form: 'functions',
  map_function: `line => {
    if (line.startsWith('last.')) for (let i = 0; i < 6e7; i++);
    return [[line, line.length]];
  }`,
  reduce_function: '(line, lengths) => [line, lengths.reduce((a, b) => a + b, 0)]',
} as const;

export const wideJob: JobRequest = {
  name: 'wide',
  input_file: input,
  map_function: program.map_function,
  reduce_function: program.reduce_function,
  num_reducers: reduceTasks,
  split_size_mb: text.length / wideMapTasks / 1024 / 1024,
};

/** For a whole suite: writes the input, and asks the oracle once. */
export async function prepareWideJob(directory: TemporaryDirectory): Promise<OracleResult> {
  await directory.write(input, text);
  const asked = { program, inputs: [{ path: input, bytes: text }], numReducers: reduceTasks };
  return runOracle(asked, (key, reducers) => {
    const bytes = encodeKey(key as Key);
    return partitionOf(hashKey(bytes, 0, bytes.length), reducers);
  });
}

export const mapDirectory = (directory: TemporaryDirectory, jobId: string) =>
  directory.resolve(jobFiles.taskDirectory(jobId, 'map', 0));
