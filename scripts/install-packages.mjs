/**
 * Installs the locked npm packages if they are missing or stale. A stamp in `node_modules` says which lockfile, which
 * major version of Node.js and which machine they were installed for. Packages that somebody installed with npm
 * directly are accepted if npm's own record of them agrees with the lockfile.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { lastLines, runQuietly } from './run-quietly.mjs';

const complaintLinesMax = 15;
const stampPath = join(root, 'node_modules', '.gridmr-installed');

export async function installPackages() {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = stampOf(lockText);
  if (readIfThere(stampPath) === stamp) return;
  if (!existsSync(stampPath) && agreesWithLock(lockText)) {
    writeFileSync(stampPath, stamp);
    return;
  }
  console.error('Installing the locked packages (once, about a minute) …');
  const npm = npmCommand(['ci', '--no-audit', '--no-fund']);
  const result = await runQuietly(npm.command, npm.args, { env: { NODE_ENV: '' } });
  if (!result.ok) {
    throw new Error(
      `${npmReason(result.output)}\n\nThe packages could not be installed (npm ci ended with ${result.code ?? result.signal}). ` +
        'Check the connection to the npm registry and the free disk space, then give the same command again.',
    );
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampPath, stamp);
}

/** What npm complains of comes first; explanations of its options follow. */
function npmReason(output) {
  const complaint = output.split('\n').filter(line => line.startsWith('npm error'));
  return complaint.length > 0 ? complaint.slice(0, complaintLinesMax).join('\n') : lastLines(output);
}

function stampOf(lockText) {
  const digest = createHash('sha256').update(lockText).digest('hex');
  return `${digest} node ${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}\n`;
}

/** npm writes what it installed to `node_modules/.package-lock.json`. Optional packages may be missing from it. */
function agreesWithLock(lockText) {
  const recordText = readIfThere(join(root, 'node_modules', '.package-lock.json'));
  if (recordText === undefined) return false;
  const installed = JSON.parse(recordText).packages;
  return Object.entries(JSON.parse(lockText).packages).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || optional) return true;
    return link ? existsSync(join(root, path)) : installed[path]?.version === version;
  });
}

/** The npm that runs us, if one does. */
function npmCommand(args) {
  const running = process.env.npm_execpath;
  if (running?.endsWith('.js')) return { command: process.execPath, args: [running, ...args] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args };
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
