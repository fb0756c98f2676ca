/** Runs a program of this repository on a machine that is made ready for it first, and answers its exit code. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, sep } from 'node:path';
import { build } from './build.mjs';
import { buildEngine } from './build-engine.mjs';
import { installPackages } from './install-packages.mjs';
import { root } from './root.mjs';
import { lastLines } from './run-quietly.mjs';

/**
 * @param {string} program its path from the root
 * @param {readonly string[]} args
 * @param {{withEngine: boolean}} options whether the optimised engine is worth waiting for
 */
export async function runProgram(program, args, { withEngine }) {
  await installPackages();
  const built = await build();
  if (!built.ok) throw new Error(`${built.output}\nGridMR could not be built: see above.`);
  if (withEngine) await buildEngineIfPossible();
  return runAttached(join(root, program), args);
}

async function buildEngineIfPossible() {
  const { ok, output } = await buildEngine();
  if (!ok) console.error(`${lastLines(output)}\nThe engine could not be optimised; the published build is used.`);
}

/** In our process group, so that Ctrl-C reaches it too; we only wait for it to stop. A SIGTERM is passed on. */
function runAttached(program, args) {
  // Bundled programs have no source maps: these would be read whenever one starts.
  const mapped = program.startsWith(join(root, 'dist', sep)) ? [] : ['--enable-source-maps'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...mapped, program, ...args], { stdio: 'inherit' });
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    process.on('SIGHUP', () => child.kill('SIGHUP'));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
