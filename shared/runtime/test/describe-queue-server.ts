/** What every private queue server does, whichever program it is. */
import { queueLimits, queueNames, type TaskData } from '@gridmr/contracts';
import {
  checkRedis,
  connectRedis,
  failFast,
  openConsumer,
  openQueues,
  type QueueServer,
  startQueueServer,
} from '@gridmr/runtime';
import { expect } from 'chai';
import { startProgram } from './child-program.js';
import { eventually } from './eventually.js';
import { RecordedLog } from './recorded-log.js';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';

export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function describeQueueServer(kind: 'native' | 'embedded'): void {
  describe(`the ${kind} queue server`, function () {
    this.timeout(120_000);
    const logger = new RecordedLog();
    let directory: TemporaryDirectory;
    let server: QueueServer;

    before(async () => {
      directory = await temporaryDirectory();
      server = await startQueueServer({ dataDirectory: directory.path, logger, force: kind });
    });

    after(async () => {
      await server?.stop();
      await directory?.[Symbol.asyncDispose]();
    });

    it('answers, asks for its password, and never evicts', async () => {
      expect(server).to.include({ kind });
      const redis = connectRedis(server.url, 'producer', logger);
      try {
        expect(await redis.ping()).to.equal('PONG');
        await checkRedis(redis);
        const stranger = connectRedis(server.url.replace(/:[0-9a-f]+@/, ''), 'producer', logger);
        const refusal = await stranger.ping().catch((error: Error) => error.message);
        stranger.disconnect();
        expect(refusal).to.match(/NOAUTH/);
      } finally {
        redis.disconnect();
      }
    });

    it('carries a flow: children first, then their barrier', async () => {
      const connection = connectRedis(server.url, 'worker', logger);
      const queues = openQueues(connection, { logger });
      const order: string[] = [];
      const tasks = openConsumer<TaskData, unknown>(
        queueNames.tasks,
        async (message, token, signal) => {
          expect(token).to.be.a('string');
          expect(signal.aborted).to.equal(false);
          order.push(message.name);
          return { attempt: 1 };
        },
        { connection, logger, concurrency: 2 },
      );
      let barrierRan: () => void = () => undefined;
      const ran = new Promise<void>(resolve => {
        barrierRan = resolve;
      });
      const control = openConsumer(
        queueNames.control,
        async (message, _token, _signal) => {
          order.push(message.name);
          barrierRan();
        },
        { connection, logger, concurrency: queueLimits.controlConcurrency },
      );
      try {
        await queues.flows.add({
          name: 'barrier',
          queueName: queueNames.control,
          data: {},
          children: [0, 1, 2].map(index => ({
            name: 'child',
            queueName: queueNames.tasks,
            data: { index },
            opts: { priority: 1, failParentOnFailure: true },
          })),
        });
        await ran;
        expect(order).to.deep.equal(['child', 'child', 'child', 'barrier']);
      } finally {
        await Promise.all([tasks.close(), control.close()]);
        await queues.close();
        connection.disconnect();
      }
    });

    it('aborts the signal of a message that is cancelled', async () => {
      const connection = connectRedis(server.url, 'worker', logger);
      const queues = openQueues(connection, { logger });
      const consumers: { close(): Promise<void> }[] = [];
      const aborted = new Promise<unknown>(resolve => {
        const consumer = openConsumer<TaskData, unknown>(
          queueNames.tasks,
          async (message, _token, signal) => {
            signal.addEventListener('abort', () => resolve(signal.reason));
            consumer.cancelJob(message.id ?? '', 'enough');
          },
          { connection, logger, concurrency: 1 },
        );
        consumers.push(consumer);
      });
      try {
        await queues.tasks.add('slow', { job_id: 'j', kind: 'map', index: 0 });
        expect(String(await aborted)).to.contain('enough');
      } finally {
        await Promise.all(consumers.map(consumer => consumer.close()));
        await queues.close();
        connection.disconnect();
      }
    });

    it('is gone after stop', async () => {
      await using elsewhere = await temporaryDirectory();
      const other = await startQueueServer({ dataDirectory: elsewhere.path, logger, force: kind });
      const pid = other.pid ?? 0;
      expect(processExists(pid)).to.equal(true);
      await other.stop();
      await other.stop();
      await other.exited;
      expect(processExists(pid)).to.equal(false);
    });

    it('survives the Ctrl-C of its terminal, but not the death of the process that started it', async () => {
      await using elsewhere = await temporaryDirectory();
      await using owner = startProgram('queue-server-owner', [kind, elsewhere.path]);
      const { url, pid } = (await owner.message()) as { url: string; pid: number };
      process.kill(-(owner.process.pid ?? 0), 'SIGINT');
      expect(await owner.message()).to.deep.equal({ stopping: 'SIGINT' });
      const redis = connectRedis(url, 'producer', logger);
      try {
        expect(await redis.ping()).to.equal('PONG');
        failFast(redis);
        owner.process.kill('SIGKILL');
        await eventually('the server is gone', () => !processExists(pid));
        expect(await redis.ping().catch((error: Error) => error)).to.be.instanceOf(Error);
      } finally {
        redis.disconnect();
      }
    });
  });
}
