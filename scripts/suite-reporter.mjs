/** Mocha's specification report, which also tells the parent process how each test ended. */
import Mocha from 'mocha';

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_TEST_BEGIN } = Mocha.Runner.constants;

export class SuiteReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const tell = (type, test, error) => process.send?.({ type, title: test.fullTitle(), reason: error?.message });
    runner.on(EVENT_TEST_BEGIN, test => tell('begin', test));
    runner.on(EVENT_TEST_PASS, test => tell('passed', test));
    runner.on(EVENT_TEST_FAIL, (test, error) => tell('failed', test, error));
    runner.on(EVENT_TEST_PENDING, test => tell('skipped', test));
  }
}
