/**
 * The programs that some tests run beside what npm has: Redis and PostgreSQL, and the browser Chromium. As root on Debian or Ubuntu they are
 * installed from the system's packages; otherwise one line says what is missing, and those tests are skipped.
 *
 * The packages would start a service each on its default port, now and at every boot. Tests start servers of their own, so
 * both are prevented: by a `policy-rc.d` that forbids starting, which stands only as long as the installation, and by
 * disabling the services that were not there before.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { lastLines, runQuietly } from './run-quietly.mjs';

const servers = [
  {
    name: 'Redis',
    package: 'redis-server',
    service: 'redis-server',
    isThere: () => onPath('redis-server', 'valkey-server'),
  },
  { name: 'PostgreSQL', package: 'postgresql', service: 'postgresql', isThere: hasPostgres },
  { name: 'Chromium', package: 'chromium', isThere: () => onPath('chromium', 'chromium-browser') },
];

export async function installServers() {
  const missing = servers.filter(server => !server.isThere());
  if (missing.length === 0) return;
  const reason = canInstall() ? await install(missing) : 'not root on Debian or Ubuntu';
  const left = missing.filter(server => !server.isThere());
  if (left.length === 0) return;
  console.error(
    `${left.map(server => server.name).join(', ')} not installed (${reason ?? 'not found after installation'}): ` +
      `their tests are skipped. On Debian or Ubuntu: apt-get install ${left.map(server => server.package).join(' ')}`,
  );
}

function canInstall() {
  return process.getuid?.() === 0 && onPath('apt-get');
}

/** Answers undefined, or why it did not work. */
async function install(missing) {
  console.error(`Installing ${missing.map(server => server.package).join(', ')} for the tests (once) …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const updated = await runQuietly('apt-get', ['update', '-q'], { env });
  if (!updated.ok) return `apt-get update failed: ${lastLines(updated.output, 1)}`;
  const allowStarting = forbidStarting();
  try {
    const names = missing.map(server => server.package);
    const args = ['install', '-y', '-q', '--no-install-recommends', ...names];
    const installed = await runQuietly('apt-get', args, { env });
    if (!installed.ok) return `apt-get install failed: ${lastLines(installed.output, 1)}`;
    disableServices(missing);
    return undefined;
  } finally {
    allowStarting();
  }
}

const policyPath = '/usr/sbin/policy-rc.d';
const policyKept = `${policyPath}.before-gridmr`;

/** Answers the function that undoes it, which also runs if this process is interrupted. */
function forbidStarting() {
  if (existsSync(policyPath)) renameSync(policyPath, policyKept);
  writeFileSync(policyPath, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const undo = () => {
    process.off('exit', undo);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    if (existsSync(policyKept)) renameSync(policyKept, policyPath);
    else rmSync(policyPath, { force: true });
  };
  const stop = () => process.exit(130);
  process.on('exit', undo);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return undo;
}

/** So that they do not start at the next boot either. Without systemd there is nothing to disable. */
function disableServices(installed) {
  if (!onPath('systemctl')) return;
  const services = installed.flatMap(({ service }) => service ?? []);
  if (services.length > 0) spawnSync('systemctl', ['disable', ...services], { stdio: 'ignore' });
}

function hasPostgres() {
  if (onPath('postgres')) return true;
  const versions = '/usr/lib/postgresql';
  return (
    existsSync(versions) && readdirSync(versions).some(version => isProgram(join(versions, version, 'bin/postgres')))
  );
}

function onPath(...programs) {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return programs.some(program => directories.some(directory => isProgram(join(directory, program))));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
