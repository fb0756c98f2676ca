#!/usr/bin/env node
/**
 * `node scripts/run.mjs demo|start|bench|loadtest|chaos|test|test:compose [arguments]`: what `npm run demo`, `npm start`, `npm test` and so on call.
 *
 * First makes a fresh machine ready (the locked packages, the build), then runs. Everything in this folder that runs
 * before the packages are installed uses Node.js alone; this file alone must also parse on versions too old for the rest.
 */
const commands = {
  // A first look need not wait for the optimised engine: the published build does the same, slower.
  demo: args => runProgram('dist/demo.js', args, { withEngine: false }),
  start: args => runProgram('dist/start.js', args, { withEngine: true }),
  bench: args => runProgram('loadtest/bench.mjs', args, { withEngine: true }),
  loadtest: args => runProgram('loadtest/run-load.mjs', args, { withEngine: true }),
  chaos: args => runProgram('tests/dist-test/chaos/schedules/run-chaos.js', args, { withEngine: true }),
  'test:compose': args => import('./test-compose.mjs').then(({ testCompose }) => testCompose(args)),
  test: args => import('./run-tests.mjs').then(({ runTests }) => runTests(args)),
};

function runProgram(program, args, options) {
  return import('./run-program.mjs').then(module => module.runProgram(program, args, options));
}

const oldestMajor = 20;
const oldestMinor = 19;

function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function run(name) {
  if (isTooOld(process.versions.node)) {
    return Promise.reject(
      new Error(
        `GridMR needs Node.js ${oldestMajor}.${oldestMinor} or later, and this is ${process.versions.node}. ` +
          'Install a current version from https://nodejs.org and try again.',
      ),
    );
  }
  const command = commands[name];
  if (command === undefined) {
    return Promise.reject(new Error(`Usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [arguments]`));
  }
  return command(process.argv.slice(3));
}

run(process.argv[2]).then(
  code => {
    process.exitCode = code;
  },
  error => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
