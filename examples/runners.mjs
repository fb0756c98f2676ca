/**
 * What runs the jobs of a driver: this machine, by `gridmr run`, or a server, by `@gridmr/client`. Both take a job file and further fields of the job
 * specification, so a driver is written once.
 *
 *     await runner.results(jobFile, fields)   the lines of the results
 *     await runner.output(jobFile, fields)    its parts, as a glob that another job can have as its input
 *     await runner.remove(parts)              they are no longer needed
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { GridmrClient } from '@gridmr/client';

const run = promisify(execFile);
const command = fileURLToPath(new URL('../apps/cli/bin/gridmr.mjs', import.meta.url));
const resultBytesMax = 256 * 1024 * 1024;

/** By the arguments of the driver: `--url` names a server. */
export async function chooseRunner() {
  const { values } = parseArgs({ options: { url: { type: 'string' }, 'data-dir': { type: 'string' } } });
  return values.url === undefined ? localRunner(values['data-dir']) : serverRunner(values.url);
}

/** @param dataDirectory where inputs are found and outputs are made */
export function localRunner(dataDirectory = process.env.GRIDMR_DATA_DIR || 'data') {
  const gridmr = async (jobFile, fields, more) => {
    const options = Object.entries(fields.parameters ?? {}).flatMap(([name, value]) => [
      '--param',
      `${name}=${JSON.stringify(value)}`,
    ]);
    const inputs = (fields.inputs ?? []).flatMap(path => ['--input', resolve(dataDirectory, path)]);
    const reducers = fields.num_reducers === undefined ? [] : ['--reducers', String(fields.num_reducers)];
    const args = ['run', fileURLToPath(jobFile), '-q', '--data-dir', dataDirectory, ...options, ...inputs, ...reducers];
    return run(process.execPath, [command, ...args, ...more], { maxBuffer: resultBytesMax });
  };
  return {
    async results(jobFile, fields) {
      const { stdout } = await gridmr(jobFile, fields, []);
      return linesOf(stdout);
    },
    async output(jobFile, fields) {
      const path = `output/example-${process.pid}-${Date.now()}`;
      await mkdir(resolve(dataDirectory, 'output'), { recursive: true });
      await gridmr(jobFile, fields, ['--output', resolve(dataDirectory, path)]);
      return partsIn(path);
    },
    remove: parts => rm(dirname(resolve(dataDirectory, parts)), { recursive: true, force: true }),
  };
}

/** Outputs of a server's jobs stay until the jobs are deleted. */
export function serverRunner(baseUrl) {
  const client = new GridmrClient({ baseUrl, apiKey: process.env.GRIDMR_API_KEY });
  const complete = async (jobFile, fields) => {
    const { job } = await import(jobFile.href);
    const program = await readFile(jobFile, 'utf8');
    const { job_id } = await client.submit({ ...job, ...fields, program });
    const done = await client.waitFor(job_id);
    if (done.status !== 'completed') throw new Error(`${done.name}: ${done.status}, ${done.error?.message}`);
    return done;
  };
  return {
    async results(jobFile, fields) {
      const { job_id } = await complete(jobFile, fields);
      const lines = [];
      for await (const line of client.results(job_id)) lines.push(line);
      return lines;
    },
    async output(jobFile, fields) {
      return partsIn((await complete(jobFile, fields)).output.path);
    },
    remove: async () => undefined,
  };
}

/** Beside the parts stands a manifest, which is no input. */
function partsIn(directory) {
  return `${directory}/part-*`;
}

function linesOf(text) {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
