/**
 * A random job of a chaos schedule: a catalogued good program over text of its own, cut into some dozen tasks each of which takes
 * its time (turns of an empty loop, none of which shows in the output), so that faults find something to hit.
 */
import type { JobRequest, OutputFormat, ProgramSource } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import {
  type GoodProgram,
  goodPrograms,
  jobRequestFor,
  makeText,
  type OracleJob,
  type OracleResult,
  type Random,
  runOracle,
} from '@gridmr/testkit';

const tasksMin = 2;
const tasksMax = 24;
const linesPerTask = 8;
const reducersMax = 5;
/** Some 1 to 15 ms of one record in the sandbox. */
const turnsMin = 2e4;
const turnsMax = 3e5;
const bytesPerMegabyte = 1024 * 1024;

export interface ChaosJob {
  readonly request: JobRequest;
  readonly asked: OracleJob;
}

/** Follows from the random numbers alone. `name` is also the name of its input. */
export function chaosJob(random: Random, name: string): ChaosJob {
  const program = slowed(random.pick(goodPrograms), random.int(turnsMin, turnsMax));
  const tasks = random.int(tasksMin, tasksMax);
  const bytes = makeText(random, program.input === 'any' ? 'words' : program.input, tasks * linesPerTask);
  const path = `chaos/${name}.txt`;
  const numReducers = program.numReducers === 0 ? 0 : random.int(1, reducersMax);
  const outputFormat: OutputFormat = random.pick(['tsv', 'csv', 'jsonl']);
  const request = jobRequestFor(program, {
    name,
    input_file: path,
    split_size_mb: Math.max(2, bytes.length / tasks) / bytesPerMegabyte,
    num_reducers: numReducers,
    output_format: outputFormat,
    output_compression: random.pick(['none', 'gzip']),
  });
  const { source, parameters } = program;
  return { request, asked: { program: source, inputs: [{ path, bytes }], numReducers, outputFormat, parameters } };
}

/** What the job must give. */
export function expectedOf({ asked }: ChaosJob): Promise<OracleResult> {
  return runOracle(asked, (key, reducers) => {
    const bytes = encodeKey(key as Key);
    return partitionOf(hashKey(bytes, 0, bytes.length), reducers);
  });
}

/** The same program, which waits before each record; a module waits once per attempt. */
function slowed(program: GoodProgram, turns: number): GoodProgram {
  const wait = (times: number) => `for (let turn = 0; turn < ${turns * times}; turn++);`;
  const { source } = program;
  const slow: ProgramSource =
    source.form === 'module'
      ? { ...source, program: `${wait(linesPerTask)}\n${source.program}` }
      : {
          ...source,
          map_function: `(record, ctx) => { ${wait(1)} return (${source.map_function})(record, ctx); }`,
        };
  return { ...program, source: slow };
}
