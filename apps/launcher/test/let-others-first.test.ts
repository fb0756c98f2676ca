import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { expect } from 'chai';
import { groupNiceness, letOthersFirst } from '../dist/let-others-first.js';

const niceness = 3;

function startSession(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)'], { detached: true, stdio: 'ignore' });
}

describe('a child that lets others go first', () => {
  const children: ChildProcess[] = [];
  const start = () => {
    const child = startSession();
    children.push(child);
    if (child.pid === undefined) throw new Error('the process was not started');
    return child.pid;
  };

  afterEach(async () => {
    for (const child of children.splice(0)) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });

  it('has a higher nice number than its parent, and so has the group of its session, where Linux makes one', async () => {
    const pid = start();
    await letOthersFirst(pid, niceness);
    expect(getPriority(pid)).to.equal(Math.min(getPriority() + niceness, 19));
    const own = groupNiceness('self');
    expect(groupNiceness(pid)).to.equal(own === undefined ? undefined : Math.min(own + niceness, 19));
  });

  it('so do several that are started at once, of which Linux takes one at a time from who is not root', async () => {
    const pids = [start(), start(), start()];
    await Promise.all(pids.map(pid => letOthersFirst(pid, niceness)));
    const own = groupNiceness('self');
    const wanted = own === undefined ? undefined : Math.min(own + niceness, 19);
    expect(pids.map(pid => groupNiceness(pid))).to.deep.equal([wanted, wanted, wanted]);
  });

  it('fails for a process that is gone', async () => {
    const pid = start();
    const [child] = children.splice(0);
    const gone = once(child as ChildProcess, 'exit');
    child?.kill('SIGKILL');
    await gone;
    const failure = await letOthersFirst(pid, niceness).catch((error: unknown) => error);
    expect(failure).to.be.an('error');
  });
});
