/**
 * `npm test [-- --grep <pattern>] [<part of a suite's name>…]`. The last line is always
 * `N passed, N failed, N skipped`, over all suites, whatever happened. Exit code 0 only if nothing failed and at
 * least one test ran.
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { buildEngine } from './build-engine.mjs';
import { checkStyle } from './check-style.mjs';
import { findSuites } from './find-suites.mjs';
import { installPackages } from './install-packages.mjs';
import { installServers } from './install-servers.mjs';
import { runSuite } from './run-suite.mjs';
import { testLanes } from './test-lanes.mjs';

export async function runTests(args) {
  const { values, positionals } = parseArgs({
    args,
    options: { grep: { type: 'string', short: 'g' } },
    allowPositionals: true,
  });
  const results = [];
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopped.abort(signal));
  try {
    await runAll(values.grep, positionals, results, stopped.signal);
  } catch (error) {
    console.error(error.stack);
    results.push(failure('the test runner', error.message));
  }
  if (stopped.signal.aborted) results.push(failure('the run', `stopped by ${stopped.signal.reason}`));
  return report(results);
}

async function runAll(grep, wanted, results, signal) {
  await installPackages();
  await installServers();
  const built = await runCheck('build', build);
  results.push(built);
  if (built.failed.length > 0 || signal.aborted) return;
  results.push(await runCheck('optimised engine', buildEngine));
  if (wanted.length === 0 && grep === undefined) results.push(await runCheck('format and lint', checkStyle));
  const lanes = testLanes(findSuites(wanted), wanted.length === 0 && grep === undefined);
  const aside = runAside(lanes.aside, results, signal);
  for (const suite of lanes.main) {
    if (signal.aborted) break;
    console.log(`\n━━ ${suite.name}`);
    results.push({ name: suite.name, ...(await runSuite(suite, { grep, signal })) });
  }
  for (const { name, output } of await aside) console.log(`\n━━ ${name}\n${output}`);
}

/** What they wrote is kept for the end: two outputs at once nobody can read. */
async function runAside(suites, results, signal) {
  const written = [];
  for (const suite of suites) {
    if (signal.aborted) break;
    const { output, ...result } = await runSuite(suite, { signal, isAside: true });
    written.push({ name: suite.name, output });
    results.push({ name: suite.name, ...result });
  }
  return written;
}

/** A command as a suite of one test. */
async function runCheck(name, check) {
  console.log(`\n━━ ${name}`);
  const started = performance.now();
  const { ok, output } = await check();
  const seconds = (performance.now() - started) / 1000;
  if (!ok) console.log(output);
  return { name, passed: ok ? 1 : 0, failed: ok ? [] : [name], skipped: 0, seconds, isCheck: true };
}

function failure(name, reason) {
  return { name, passed: 0, failed: [`${name}: ${reason}`], skipped: 0, seconds: 0 };
}

async function report(results) {
  const sum = count => results.reduce((total, result) => total + count(result), 0);
  const passed = sum(result => result.passed);
  const failed = sum(result => result.failed.length);
  const ran = sum(result => (result.isCheck ? 0 : result.passed + result.failed.length));
  console.log('\n━━ suites');
  for (const { name, seconds, passed: ok, failed: bad } of results) {
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${bad.length > 0 ? '✗' : '✓'} ${name} (${ok + bad.length})`);
  }
  if (failed > 0) {
    console.log('\n━━ failed');
    for (const { name, failed: titles } of results) for (const title of titles) console.log(`${name} › ${title}`);
    console.log(`Repeat with the same random data: GRIDMR_TEST_SEED=${await seedOfRun()} npm test`);
  }
  if (ran === 0 && failed === 0) console.log('\nNo test ran: nothing matches.');
  console.log(`\n${passed} passed, ${failed} failed, ${sum(result => result.skipped)} skipped`);
  return failed === 0 && ran > 0 ? 0 : 1;
}

/** The testkit knows it, if it could be built. */
async function seedOfRun() {
  try {
    const { testSeed } = await import('../shared/testkit/dist/seed.js');
    return testSeed;
  } catch {
    return process.env.GRIDMR_TEST_SEED ?? '<default>';
  }
}
