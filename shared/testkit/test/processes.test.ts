import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import {
  childProcesses,
  freePort,
  TemporaryDirectory,
  TestProcess,
  WaitTimeoutError,
  waitUntil,
} from '@gridmr/testkit';
import { expect } from 'chai';

const node = (script: string) => TestProcess.spawn(process.execPath, { args: ['-e', script] });

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing failed');
}

describe('TestProcess', () => {
  it('captures output and the exit code', async () => {
    await using running = node('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(await running.exited).to.deep.equal({ code: 3, signal: null });
    expect([running.stdout, running.stderr, running.hasExited]).to.deep.equal(['out\n', 'err\n', true]);
  });

  it('waits for output, and says so at once if the process ends without it', async () => {
    await using running = node('console.log("ready on 42"); setInterval(() => {}, 1000)');
    expect((await running.waitForOutput(/ready on (\d+)/))[1]).to.equal('42');
    await using failed = node('console.error("no port"); process.exit(1)');
    expect((await failureOf(failed.waitForOutput(/ready/))).message).to.include('no port');
  });

  it('ends what does not listen to SIGTERM, and lists children until they are gone', async () => {
    await using running = node('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)');
    await running.waitForOutput(/up/);
    expect(await childProcesses()).to.include(running.pid);
    expect((await running.stop(50)).signal).to.equal('SIGKILL');
    expect(await childProcesses()).not.to.include(running.pid);
  });

  it('passes environment and messages to a forked module', async () => {
    await using directory = await TemporaryDirectory.create();
    const module = await directory.write('child.mjs', 'process.send(process.env.GREETING); process.exit()');
    await using running = TestProcess.fork(module, { env: { GREETING: 'hello' } });
    expect((await once(running.child, 'message'))[0]).to.equal('hello');
  });

  it('crashes on request', async () => {
    await using running = node('setInterval(() => {}, 1000)');
    expect((await running.crash()).signal).to.equal('SIGKILL');
  });
});

describe('TemporaryDirectory', () => {
  it('is gone with all its files when disposed', async () => {
    const directory = await TemporaryDirectory.create();
    const file = await directory.write('a/b.txt', 'x');
    expect(existsSync(file)).to.equal(true);
    await directory[Symbol.asyncDispose]();
    expect(existsSync(directory.path)).to.equal(false);
  });
});

describe('freePort', () => {
  it('is a port where a server can listen', async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});

describe('waitUntil', () => {
  it('answers what the condition answered, once it is truthy', async () => {
    let asked = 0;
    expect(await waitUntil('the third time', () => ++asked === 3 && 'yes')).to.equal('yes');
  });

  it('says what it waited for, and why it did not come', async () => {
    const never = waitUntil(
      'the sun',
      () => {
        throw new Error('it is night');
      },
      { timeoutMs: 20 },
    );
    const error = await failureOf(never);
    expect(error).to.be.instanceOf(WaitTimeoutError).with.property('message', 'waited 20 ms in vain for the sun');
    expect(error.cause).to.have.property('message', 'it is night');
  });
});
