/** Runs one suite's process and answers how its tests ended, whatever becomes of the process. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './root.mjs';
import { testLimits } from './test-limits.mjs';

/**
 * @param {{name: string, files: readonly string[]}} suite
 * @param {string | undefined} grep
 * @param {AbortSignal} signal ends it early
 * @returns {Promise<{passed: number, failed: string[], skipped: number, seconds: number}>}
 */
export async function runSuite(suite, grep, signal) {
  const outcome = { passed: 0, failed: [], skipped: 0, seconds: 0 };
  const started = performance.now();
  const watch = { isDone: false, lastNews: performance.now(), current: '' };
  // A process group of its own, so that whatever its tests leave behind can be found and ended.
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(root, 'scripts', 'mocha-suite.mjs'), JSON.stringify({ files: suite.files, grep })],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true },
  );
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
  if (!watch.isDone) {
    const during = watch.current === '' ? 'before its first test' : `during "${watch.current}"`;
    outcome.failed.push(`${suite.name} crashed (${end}) ${during}`);
  }
  outcome.seconds = (performance.now() - started) / 1000;
  return outcome;
}

function takeNews(news, outcome, watch) {
  watch.lastNews = performance.now();
  if (news.type === 'begin') watch.current = news.title;
  if (news.type === 'done') watch.isDone = true;
  if (news.type === 'passed') outcome.passed++;
  if (news.type === 'skipped') outcome.skipped++;
  if (news.type === 'failed') outcome.failed.push(news.title);
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
