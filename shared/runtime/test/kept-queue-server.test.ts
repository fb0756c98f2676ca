import { connectRedis, keepQueueServer } from '@gridmr/runtime';
import { expect } from 'chai';
import { eventually } from './eventually.js';
import { hasNativeServer } from './native-server.js';
import { RecordedLog } from './recorded-log.js';
import { temporaryDirectory } from './temporary-directory.js';

for (const kind of ['native', 'embedded'] as const) {
  (kind === 'native' && !hasNativeServer() ? describe.skip : describe)(`a kept ${kind} queue server`, function () {
    this.timeout(60_000);

    it('is there again under the same URL after it was killed, for those who were connected', async () => {
      await using directory = await temporaryDirectory();
      const logger = new RecordedLog();
      await using server = await keepQueueServer({ dataDirectory: directory.path, logger, force: kind });
      const redis = connectRedis(server.url, 'worker', logger);
      try {
        for (let death = 0; death < 2; death++) {
          await redis.ping();
          const killed = server.pid ?? 0;
          process.kill(killed, 'SIGKILL');
          await eventually('another process', () => server.pid !== killed);
          expect(await redis.ping()).to.equal('PONG');
        }
      } finally {
        redis.disconnect();
      }
    });

    it('can be stopped while it is being started again', async () => {
      await using directory = await temporaryDirectory();
      const server = await keepQueueServer({ dataDirectory: directory.path, logger: new RecordedLog(), force: kind });
      process.kill(server.pid ?? 0, 'SIGKILL');
      await server[Symbol.asyncDispose]();
      await using again = await keepQueueServer({
        dataDirectory: directory.path,
        logger: new RecordedLog(),
        force: kind,
      });
      expect(again.url).to.be.a('string');
    });
  });
}
