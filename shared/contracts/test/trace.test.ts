import { expect } from 'chai';
import {
  formatTraceParent,
  isTraced,
  messageTrace,
  parseTraceParent,
  traceLimits,
  traceOfMessage,
} from '../dist/index.js';

const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traceparent', () => {
  it('is read and written as W3C Trace Context has it', () => {
    const parent = parseTraceParent(header);
    expect(parent).to.deep.equal({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      isSampled: true,
    });
    expect(parent && formatTraceParent(parent)).to.equal(header);
    expect(parseTraceParent(header.replace(/01$/, '00'))?.isSampled).to.equal(false);
  });

  it('is nothing if it is malformed, of another version, or all zeros', () => {
    for (const bad of [
      undefined,
      '',
      `${header}-more`,
      header.toUpperCase(),
      header.replace(/^00/, 'ff'),
      header.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
      header.replace('b7ad6b7169203331', '0'.repeat(16)),
    ]) {
      expect(parseTraceParent(bad), String(bad)).to.equal(undefined);
    }
  });

  it('goes through a message, and what is no context of a trace is none', () => {
    const parent = parseTraceParent(header);
    expect(traceOfMessage(messageTrace(parent))).to.deep.equal(parent);
    expect(messageTrace(undefined)).to.deep.equal({});
    for (const metadata of ['', 'null', '{', '{"traceparent":7}']) {
      expect(traceOfMessage({ telemetry: { metadata } }), metadata).to.equal(undefined);
    }
  });

  it('is carried by few messages of a phase, however many there are, and by all of a small one', () => {
    const carriers = (messages: number) =>
      Array.from({ length: messages }, (_, position) => position).filter(position => isTraced(position, messages));
    for (const messages of [1, 2, 99, 100, 101, 150, 1000, 100_000]) {
      const all = carriers(messages);
      expect(all[0]).to.equal(0);
      expect(all.length).to.be.at.most(traceLimits.tasksPerPhaseMax);
      expect(all.length).to.be.at.least(Math.min(messages, traceLimits.tasksPerPhaseMax / 2));
    }
    expect(carriers(100)).to.have.length(100);
  });
});
