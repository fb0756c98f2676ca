import { StopStack } from '@gridmr/runtime';
import { expect } from 'chai';
import { RecordedLog } from './recorded-log.js';

const deadlines = { stopMs: 60, stopPartMsMin: 20 };

describe('StopStack', () => {
  it('stops in reverse order, one after the other', async () => {
    const stack = new StopStack(new RecordedLog());
    const order: string[] = [];
    for (const name of ['queue', 'consumer', 'server']) {
      stack.add(name, async () => {
        order.push(`${name} stops`);
        await new Promise(resolve => setImmediate(resolve));
        order.push(`${name} stopped`);
      });
    }
    await stack.stop();
    const all = ['server', 'consumer', 'queue'].flatMap(name => [`${name} stops`, `${name} stopped`]);
    expect(order).to.deep.equal(all);
  });

  it('stops each part once, however often it is asked', async () => {
    const stack = new StopStack(new RecordedLog());
    let stops = 0;
    stack.use('part', { [Symbol.dispose]: () => void stops++ });
    await Promise.all([stack.stop(), stack.stop()]);
    expect(stops).to.equal(1);
  });

  it('names a part that does not stop in time, and still stops the parts below it', async () => {
    const log = new RecordedLog();
    const stack = new StopStack(log, deadlines);
    let below = false;
    stack.add('queue server', () => {
      below = true;
    });
    stack.add('hung consumer', () => new Promise(() => {}));
    stack.add('hung api', () => new Promise(() => {}));
    await stack.stop();
    expect(below).to.equal(true);
    expect(log.lines.map(line => line.fields.part)).to.deep.equal(['hung api', 'hung consumer']);
  });

  it('goes on after a part that cannot be stopped', async () => {
    const log = new RecordedLog();
    const stack = new StopStack(log);
    let below = false;
    stack.add('queue server', () => {
      below = true;
    });
    stack.add('api', () => {
      throw new Error('not today');
    });
    await stack.stop();
    expect(below).to.equal(true);
    expect(log.lines[0]).to.deep.include({ level: 'error' });
  });
});
