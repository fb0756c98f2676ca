/** Writes some lines to the log. */
import { createLogger } from '@gridmr/runtime';

const logger = createLogger({ level: 'info', service: 'test', workerId: 'w1' });
logger.debug('below the level');
logger.info('100%d sure', { request_id: 'r1' });
const ofJob = logger.child({ job_id: 'j1' }).child({ task_id: 't1', attempt: 2 });
ofJob.error('it failed', {
  error: Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'EOUTER' }),
});
const loop: { self?: unknown } = {};
loop.self = loop;
logger.warn('x'.repeat(1_000_000), { text: 'y'.repeat(1_000_000), loop, many: new Array(100_000).fill(1), big: 1n });
