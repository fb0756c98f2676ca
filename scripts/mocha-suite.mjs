/**
 * One suite in a process of its own: `node mocha-suite.mjs '{"files": […], "grep": …}'`. Tells its parent of each test as
 * it ends, so that a crash loses no counts.
 */
import { config } from 'chai';
import Mocha from 'mocha';
import { SuiteReporter } from './suite-reporter.mjs';
import { testLimits } from './test-limits.mjs';

const { files, grep } = JSON.parse(process.argv[2]);

process.on('disconnect', () => process.exit(1));
process.channel?.unref();

// What differs is told whole: a failure that does not come again is understood from its message or never.
config.truncateThreshold = testLimits.reasonLengthMax;

const mocha = new Mocha({
  ui: 'bdd',
  timeout: testLimits.testMs,
  forbidOnly: Boolean(process.env.CI),
  color: Boolean(process.stdout.isTTY),
  reporter: SuiteReporter,
  ...(grep === undefined ? {} : { grep }),
});
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
bePatient(mocha.suite);
mocha.run(failures => {
  process.exitCode = failures === 0 ? 0 : 1;
  process.send?.({ type: 'done' });
  setTimeout(endByForce, testLimits.endMs).unref();
});

function bePatient(suite) {
  const hooks = ['_beforeEach', '_beforeAll', '_afterEach', '_afterAll'].flatMap(name => suite[name]);
  for (const runnable of [...suite.tests, ...hooks]) runnable.timeout(runnable.timeout() * testLimits.patience);
  for (const inner of suite.suites) bePatient(inner);
}

function endByForce() {
  const left = process.getActiveResourcesInfo().filter(name => name !== 'TTYWrap' && name !== 'PipeWrap');
  console.error(`\n!!! A test left something open (${left.join(', ') || 'pipes'}): its process is ended by force.\n`);
  process.exit();
}
