/**
 * After an outage of Redis all locks have run out, and BullMQ gives none back: not even to a worker that is still at its message, when nobody else
 * has begun it. So the worker takes it again, by the one script here that knows BullMQ's keys (`test/retake-locks.test.ts` notices if they change).
 *
 * A lock is retaken if nobody has one, and the message is where its worker left it (active), or was put back among those that wait because its lock had
 * run out and has not been taken from there. Else another worker has it, or had it.
 */
import { queuePrefix } from '@gridmr/contracts';
import type { RedisConnection } from './open-redis.js';

const script = `
local active, wait, stalled, lock = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, token, durationMs = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', lock) == 1 then return 0 end
if not redis.call('LPOS', active, id) then
  if redis.call('LREM', wait, 1, id) == 0 then return 0 end
  redis.call('LPUSH', active, id)
end
redis.call('SET', lock, token, 'PX', durationMs)
redis.call('SREM', stalled, id)
return 1
`;

export interface LostLock {
  readonly messageId: string;
  readonly token: string;
}

/** Returns whether the lock is the caller's again, for `durationMs` from now. */
export async function retakeLock(
  redis: RedisConnection,
  queueName: string,
  { messageId, token }: LostLock,
  durationMs: number,
): Promise<boolean> {
  const key = (name: string) => `${queuePrefix}:${queueName}:${name}`;
  const keys = [key('active'), key('wait'), key('stalled'), key(`${messageId}:lock`)];
  return (await redis.eval(script, keys.length, ...keys, messageId, token, durationMs)) === 1;
}
