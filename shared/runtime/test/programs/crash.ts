/** Crashes in the way that its argument names. */
import { createLogger, installCrashGuard } from '@gridmr/runtime';

installCrashGuard(createLogger({ level: 'info', service: 'test', workerId: 'w1' }));
setInterval(() => undefined, 1000);
const fault = new Error('no way on', { cause: new Error('the reason') });
if (process.argv[2] === 'rejection') void Promise.reject(fault);
else
  setImmediate(() => {
    throw fault;
  });
