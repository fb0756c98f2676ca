import { setTimeout as delay } from 'node:timers/promises';
import { eventGroup, eventStream, type JobEvent, newJobId, queueLimits } from '@gridmr/contracts';
import {
  announceEnded,
  announceOvertaken,
  connectRedis,
  EventPublisher,
  EventReader,
  NoticeListener,
  type QueueServer,
  startQueueServer,
} from '@gridmr/runtime';
import { StallMeter } from '@gridmr/testkit';
import { expect } from 'chai';
import { trimHandled } from '../dist/trim-handled.js';
import { eventually } from './eventually.js';
import { RecordedLog } from './recorded-log.js';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';

function finished(): JobEvent {
  return { type: 'finished', job_id: newJobId(), at: new Date().toISOString() };
}

describe('the event stream', function () {
  this.timeout(120_000);
  let log: RecordedLog;
  let directory: TemporaryDirectory;
  let server: QueueServer;
  let redis: ReturnType<typeof connectRedis>;
  let publisher: EventPublisher;

  before(async () => {
    directory = await temporaryDirectory();
    server = await startQueueServer({ dataDirectory: directory.path, logger: new RecordedLog(), force: 'embedded' });
  });

  after(async () => {
    await server?.stop();
    await directory?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    log = new RecordedLog();
    redis = connectRedis(server.url, 'worker', log);
    publisher = new EventPublisher(redis, log);
    await redis.flushall();
  });

  afterEach(() => redis.disconnect());

  function read(
    consumerName: string,
    handle: (events: JobEvent[]) => Promise<void>,
    claimIdleMs?: number,
  ): EventReader {
    return new EventReader({
      redis,
      consumerName,
      handle,
      logger: log,
      ...(claimIdleMs !== undefined && { claimIdleMs }),
    });
  }

  const pending = async () => {
    const [count] = (await redis.xpending(eventStream, eventGroup)) as [number];
    return count;
  };

  it('takes news at once, before what its worker tells Redis next', async () => {
    publisher.publish(finished());
    await new Promise(resolve => setImmediate(resolve));
    const teller = connectRedis(server.url, 'worker', log);
    expect(await teller.xlen(eventStream)).to.equal(1);
    teller.disconnect();
  });

  it('gets what it refused once it has room, in order', async () => {
    const sent = Array.from({ length: 3 }, finished);
    await redis.set(eventStream, 'not a stream');
    for (const event of sent) publisher.publish(event);
    await eventually('a refusal', () => log.lines.some(({ message }) => /could not be sent/.test(message)));
    await redis.del(eventStream);
    const received: JobEvent[] = [];
    await using _reader = read('a', async events => void received.push(...events));
    await eventually('all of them', () => received.length === sent.length);
    expect(received).to.deep.equal(sent);
  });

  it('carries several events in one entry, and hands them on in order and in pieces', async () => {
    const sent = Array.from({ length: queueLimits.eventsPerHandlingMax + 25 }, finished);
    for (const event of sent) publisher.publish(event);
    await publisher.flush();
    expect(await redis.xlen(eventStream)).to.equal(Math.ceil(sent.length / queueLimits.eventsPerEntryMax));
    const received: JobEvent[][] = [];
    await using _reader = read('a', async events => void received.push(events));
    await eventually('all of them', () => received.flat().length === sent.length);
    expect(received.flat()).to.deep.equal(sent);
    expect(received.map(({ length }) => length)).to.deep.equal([queueLimits.eventsPerHandlingMax, 25]);
  });

  it('forgets what all its readers are done with, and nothing else', async () => {
    // Each fills a node of the stream, which is what Redis removes at a time.
    const message = 'x'.repeat(8192);
    const entry = () => redis.xadd(eventStream, '*', 'event', JSON.stringify(finished()), 'padding', message);
    await redis.xgroup('CREATE', eventStream, eventGroup, '0', 'MKSTREAM');
    const ids: (string | null)[] = [];
    for (let i = 0; i < 6; i++) ids.push(await entry());
    const left = async () => (await redis.xrange(eventStream, '-', '+')).map(([id]) => id);
    const take = (reader: string, count: number) =>
      redis.xreadgroup('GROUP', eventGroup, reader, 'COUNT', count, 'STREAMS', eventStream, '>');
    await take('a', 2);
    await take('b', 1);
    await take('a', 2);
    const acknowledge = async (...which: number[]) => {
      const some = which.map(i => ids[i] ?? '');
      await redis.xack(eventStream, eventGroup, ...some);
      await trimHandled(redis, some.at(-1) ?? '');
    };
    await acknowledge(0, 1, 3, 4);
    expect(await left(), 'the third is in hand').to.deep.equal(ids.slice(2));
    await acknowledge(2);
    expect(await left(), 'others may have acknowledged what is not known here').to.deep.equal(ids.slice(2));
    await take('b', 1);
    await acknowledge(5);
    expect(await left()).to.deep.equal(ids.slice(5));
  });

  it('is trimmed by its readers', async () => {
    await redis.xgroup('CREATE', eventStream, eventGroup, '0', 'MKSTREAM');
    const old = await redis.xadd(eventStream, '*', 'event', JSON.stringify(finished()), 'padding', 'x'.repeat(8192));
    publisher.publish(finished());
    await publisher.flush();
    await using _reader = read('a', async () => undefined);
    await eventually('the first is gone', async () => {
      const [first] = await redis.xrange(eventStream, '-', '+', 'COUNT', 1);
      return first?.[0] !== old;
    });
  });

  it('delivers events in order, those included that came before the reader', async () => {
    const sent = Array.from({ length: 500 }, finished);
    for (const event of sent.slice(0, 250)) publisher.publish(event);
    await publisher.flush();
    const received: JobEvent[] = [];
    await using _reader = read('a', async events => {
      expect(events.length).to.be.at.most(queueLimits.eventsPerHandlingMax);
      received.push(...events);
    });
    for (const event of sent.slice(250)) publisher.publish(event);
    await eventually('all events have arrived', () => received.length === sent.length);
    expect(received).to.deep.equal(sent);
    await eventually('all are acknowledged', async () => (await pending()) === 0);
  });

  it('is read again after a rest, which is the longer the longer the news before took', async () => {
    const tookMs = 30;
    const calls: { beganMs: number; endedMs: number }[] = [];
    await using _reader = read('a', async () => {
      const beganMs = performance.now();
      if (calls.length === 0) {
        // There while it rests.
        publisher.publish(finished());
        await publisher.flush();
        await delay(tookMs);
      }
      calls.push({ beganMs, endedMs: performance.now() });
    });
    publisher.publish(finished());
    await eventually('both have come', () => calls.length === 2);
    const [first, second] = calls;
    const restMs = (second?.beganMs ?? 0) - (first?.endedMs ?? 0);
    expect(restMs).to.be.at.least(Math.min(tookMs * queueLimits.eventRestShare, queueLimits.eventRestMsMax) - 2);
  });

  it('gives an event to one of several readers', async () => {
    const received: JobEvent[] = [];
    const keep = async (events: JobEvent[]) => void received.push(...events);
    await using _a = read('a', keep);
    await using _b = read('b', keep);
    const sent = Array.from({ length: 100 }, finished);
    for (const event of sent) publisher.publish(event);
    await eventually('all events have arrived', () => received.length >= sent.length);
    expect(new Set(received.map(event => event.job_id)).size).to.equal(sent.length);
    expect(received).to.have.length(sent.length);
  });

  it('gives the same events again after the handler failed', async () => {
    const event = finished();
    const received: JobEvent[] = [];
    let failures = 0;
    await using _reader = read('a', async events => {
      if (failures++ === 0) throw new Error('the database is away');
      received.push(...events);
    });
    publisher.publish(event);
    await eventually('the event has come again', () => received.length === 1);
    expect(received).to.deep.equal([event]);
    expect(log.lines.map(line => line.level)).to.include('warn');
  });

  it('gives a reader that died without acknowledging its events again under its old name', async () => {
    const event = finished();
    publisher.publish(event);
    await publisher.flush();
    await redis.xgroup('CREATE', eventStream, eventGroup, '0');
    await redis.xreadgroup('GROUP', eventGroup, 'dead', 'STREAMS', eventStream, '>');
    const received: JobEvent[] = [];
    await using _reader = read('dead', async events => void received.push(...events));
    await eventually('the event has come again', () => received.length === 1);
    expect(received).to.deep.equal([event]);
  });

  it('takes over the events of a dead reader', async () => {
    const event = finished();
    publisher.publish(event);
    await publisher.flush();
    await redis.xgroup('CREATE', eventStream, eventGroup, '0');
    await redis.xreadgroup('GROUP', eventGroup, 'dead', 'STREAMS', eventStream, '>');
    const received: JobEvent[] = [];
    await using _reader = read('alive', async events => void received.push(...events), 50);
    await eventually('the event is taken over', () => received.length === 1);
    await eventually('it is acknowledged', async () => (await pending()) === 0);
  });

  it('goes on after Redis was wiped', async () => {
    const received: JobEvent[] = [];
    await using _reader = read('a', async events => void received.push(...events));
    publisher.publish(finished());
    await eventually('the first event', () => received.length === 1);
    await redis.flushall();
    const second = finished();
    publisher.publish(second);
    await eventually('the second event', () => received.length === 2);
    expect(received[1]).to.deep.equal(second);
  });

  it('goes on after all connections were cut', async () => {
    const received: JobEvent[] = [];
    await using _reader = read('a', async events => void received.push(...events));
    publisher.publish(finished());
    await eventually('the first event', () => received.length === 1);
    const killer = connectRedis(server.url, 'producer', log);
    await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    killer.disconnect();
    publisher.publish(finished());
    await eventually('the second event', () => received.length === 2);
  });

  it('logs and acknowledges what is no event', async () => {
    const event = finished();
    await redis.xadd(eventStream, '*', 'event', '{"type":"unheard-of"}');
    await redis.xadd(eventStream, '*', 'other', 'field');
    const among = finished();
    await redis.xadd(eventStream, '*', 'event', 'no JSON', 'event', JSON.stringify(among));
    publisher.publish(event);
    const received: JobEvent[] = [];
    await using _reader = read('a', async events => void received.push(...events));
    await eventually('the good events', () => received.length === 2);
    expect(received).to.deep.equal([among, event]);
    await eventually('all are acknowledged', async () => (await pending()) === 0);
    expect(log.lines.filter(line => line.message.includes('no valid event'))).to.have.length(3);
  });

  it('stops promptly while it waits for events', async () => {
    const reader = read('a', async () => undefined);
    await eventually('the reader blocks', async () => /cmd=xreadgroup/.test(String(await redis.client('LIST'))));
    using clock = new StallMeter();
    await reader.stop();
    expect(clock.ranMs).to.be.below(queueLimits.eventReadBlockMs / 4);
  });

  it('never throws into who publishes, and holds no more than its bound, while Redis is away', async () => {
    const away = connectRedis('redis://127.0.0.1:1', 'worker', log);
    const lost = new EventPublisher(away, log);
    for (let i = 0; i < queueLimits.eventsBufferedMax + 10; i++) lost.publish(finished());
    await lost.flush(50);
    away.disconnect();
    const reports = log.lines.filter(line => line.message.startsWith('news of jobs are being dropped'));
    expect(reports).to.have.length(1);
  });
});

describe('NoticeListener', function () {
  this.timeout(120_000);
  it('hears of ended jobs and overtaken messages, also after a reconnect, and not of nonsense', async () => {
    const log = new RecordedLog();
    await using directory = await temporaryDirectory();
    await using server = await startQueueServer({ dataDirectory: directory.path, logger: log, force: 'embedded' });
    const subscriber = connectRedis(server.url, 'subscriber', log);
    const redis = connectRedis(server.url, 'producer', log);
    const heard: string[] = [];
    const overtaken: string[] = [];
    const onEnded = (jobId: string) => heard.push(jobId);
    const onOvertaken = (messageId: string) => overtaken.push(messageId);
    const listener = new NoticeListener(subscriber, { onEnded, onOvertaken }, log);
    await listener.start();
    try {
      const [first, second] = [newJobId(), newJobId()];
      for (const channel of ['{gridmr}:ended', '{gridmr}:overtaken']) await redis.publish(channel, 'nonsense');
      await announceEnded(redis, first);
      await eventually('the first job', () => heard.length === 1);
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually('subscribed again', async () => (await redis.pubsub('NUMSUB', '{gridmr}:overtaken'))[1] === 1);
      await announceOvertaken(redis, 'a-message');
      await announceEnded(redis, second);
      await eventually('the second job', () => heard.length === 2);
      expect(heard).to.deep.equal([first, second]);
      expect(overtaken).to.deep.equal(['a-message']);
      await listener.stop();
    } finally {
      subscriber.disconnect();
      redis.disconnect();
    }
  });
});
