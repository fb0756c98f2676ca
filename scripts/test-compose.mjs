/**
 * `npm run test:compose [-- --start-engine]`: the compose files for real, on a Docker engine. Where none answers, the tests are skipped, and one
 * line says why; with `--start-engine`, as root on Debian or Ubuntu, the system's own engine is installed and runs for as long as the tests.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';
import { runTests } from './run-tests.mjs';

const readyMs = 60_000;
const pollMs = 200;
const stopMs = 30_000;
/** What all projects of this run are called after. */
const runName = `gridmr-test-${randomBytes(4).toString('hex')}`;
const packages = ['docker.io', 'docker-compose', 'iptables'];

export async function testCompose(args) {
  const engine = args.includes('--start-engine') && !answers() ? await startEngine() : undefined;
  process.env.GRIDMR_TEST_COMPOSE = runName;
  try {
    return await runTests(['tests/compose', ...args.filter(arg => arg !== '--start-engine')]);
  } finally {
    removeLeftovers();
    await stopEngine(engine);
  }
}

/**
 * A run that was stopped has not taken its containers away, which would start again with the engine; nor its networks and volumes. All are called after their
 * project, and that after this run.
 */
function removeLeftovers() {
  const docker = command => spawnSync('docker', command.split(' '), { encoding: 'utf8' });
  for (const [list, remove] of [
    ['ps -aq', 'rm -fv'],
    ['network ls -q', 'network rm'],
    ['volume ls -q', 'volume rm'],
  ]) {
    const found = docker(`${list} --filter name=${runName}-`).stdout?.trim().replaceAll('\n', ' ');
    if (found) docker(`${remove} ${found}`);
  }
}

function answers() {
  return spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
}

async function startEngine() {
  if (process.getuid?.() !== 0) throw new Error('--start-engine needs root, on Debian or Ubuntu.');
  if (spawnSync('dockerd', ['--version'], { stdio: 'ignore' }).status !== 0) await installEngine();
  const logPath = join(tmpdir(), 'gridmr-dockerd.log');
  const log = openSync(logPath, 'w');
  const engine = spawn('dockerd', [], { stdio: ['ignore', log, log], detached: true });
  const deadline = Date.now() + readyMs;
  while (!answers()) {
    if (engine.exitCode !== null || Date.now() > deadline) {
      await stopEngine(engine);
      throw new Error(`The Docker engine did not start: see ${logPath}`);
    }
    await new Promise(resolve => setTimeout(resolve, pollMs));
  }
  return engine;
}

async function installEngine() {
  console.error(`Installing ${packages.join(', ')} for the tests (once) …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...packages],
  ]) {
    const { ok, output } = await runQuietly('apt-get', args, { env });
    if (!ok) throw new Error(`${output}\nThe Docker engine could not be installed.`);
  }
}

/** Only one that was started here. */
async function stopEngine(engine) {
  if (engine === undefined || engine.exitCode !== null) return;
  const ended = new Promise(resolve => engine.once('exit', resolve));
  engine.kill('SIGTERM');
  const timer = setTimeout(() => engine.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}
