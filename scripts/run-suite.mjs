/** Runs one suite's process and answers how its tests ended, whatever becomes of the process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';
import { asideNiceness } from './test-lanes.mjs';
import { testLimits } from './test-limits.mjs';

/**
 * @param {{name: string, files: readonly string[]}} suite
 * @param {{grep?: string, signal: AbortSignal, isAside?: boolean}} options `signal` ends it early; `isAside`: others go first, and what it writes is in `output`
 * @returns {Promise<{passed: number, failed: string[], skipped: number, seconds: number, output: string}>}
 */
export async function runSuite(suite, { grep, signal, isAside = false }) {
  const outcome = { passed: 0, failed: [], skipped: 0, seconds: 0, output: '' };
  const started = performance.now();
  const watch = { isDone: false, lastNews: performance.now(), current: '' };
  // A process group of its own, so that whatever its tests leave behind can be found and ended.
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(root, 'scripts', 'mocha-suite.mjs'), JSON.stringify({ files: suite.files, grep })],
    { cwd: root, stdio: ['ignore', ...(isAside ? ['pipe', 'pipe'] : ['inherit', 'inherit']), 'ipc'], detached: true },
  );
  const written = isAside ? stepAside(child, outcome) : Promise.resolve();
  child.on('message', news => takeNews(news, outcome, watch));
  const silence = setInterval(() => {
    if (performance.now() - watch.lastNews < testLimits.silenceMs) return;
    console.error(`\n!!! No news from ${suite.name} for ${testLimits.silenceMs / 1000} s, in: ${watch.current}\n`);
    child.kill('SIGKILL');
  }, testLimits.silenceCheckMs);
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  const end = await new Promise(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('exit', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
  });
  clearInterval(silence);
  signal.removeEventListener('abort', stop);
  endLeftovers(child.pid, suite.name);
  await Promise.race([written, delay(testLimits.outputEndMs)]);
  if (!watch.isDone) {
    const during = watch.current === '' ? 'before its first test' : `during "${watch.current}"`;
    outcome.failed.push(`${suite.name} crashed (${end}) ${during}`);
  }
  outcome.seconds = (performance.now() - started) / 1000;
  return outcome;
}

/** Whatever it starts has the same priority. Resolves when nothing more will be written. */
function stepAside(child, outcome) {
  if (child.pid !== undefined) letOthersFirst(child.pid);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      outcome.output += text;
    });
  }
  return once(child, 'close');
}

/** A suite leads a session. Where Linux shares processors out by sessions, it is its group's number that counts. */
function letOthersFirst(pid) {
  setPriority(pid, asideNiceness);
  const group = `/proc/${pid}/autogroup`;
  if (!existsSync(group)) return;
  try {
    writeFileSync(group, String(asideNiceness));
  } catch {
    // Who is not root may do so once in a tenth of a second; the suite then has the share of any other.
  }
}

function takeNews(news, outcome, watch) {
  watch.lastNews = performance.now();
  if (news.type === 'begin') watch.current = news.title;
  if (news.type === 'done') watch.isDone = true;
  if (news.type === 'passed') outcome.passed++;
  if (news.type === 'skipped') outcome.skipped++;
  if (news.type === 'failed') outcome.failed.push(`${news.title}${reasonLine(news.reason)}`);
}

/** Why a test failed, in one line: of a long run often only the end is at hand. */
function reasonLine(reason) {
  if (reason === undefined) return '';
  const text = reason.replaceAll(/\s+/g, ' ');
  return `\n    ${text.length > testLimits.reasonLengthMax ? `${text.slice(0, testLimits.reasonLengthMax)}…` : text}`;
}

/** What is still alive in the group of a suite's process that has ended, its tests forgot. */
function endLeftovers(group, name) {
  if (group === undefined) return;
  try {
    process.kill(-group, 'SIGKILL');
    console.error(`\n!!! ${name} left processes behind; they have been ended.\n`);
  } catch {
    // Nothing was left, as it should be.
  }
}
