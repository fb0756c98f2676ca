/**
 * Gives up the locks of a worker that is known to be dead. Else the queue would find out when they run out; whoever saw the process end need not wait for that.
 *
 * BullMQ finds a message abandoned in two looks: the first marks all that are in hand, the second takes those that are still marked and have no lock. The script
 * does what the first would, lets the next one be made at once, and leaves the rest to it: so that the message is counted and told of as any other that lost its worker.
 * Knows BullMQ's keys (`test/give-up-locks.test.ts` notices if they change).
 */
import { queueNames, queuePrefix } from '@gridmr/contracts';
import type { RedisConnection } from './open-redis.js';

const script = `
local active, stalled, lastLook, prefix, worker = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]
local given = 0
for _, id in ipairs(redis.call('LRANGE', active, 0, -1)) do
  if redis.call('HGET', prefix .. id, 'pb') == worker then
    redis.call('DEL', prefix .. id .. ':lock')
    redis.call('SADD', stalled, id)
    given = given + 1
  end
end
if given > 0 then redis.call('DEL', lastLook) end
return given
`;

/** @returns how many messages the worker had in hand */
export async function giveUpLocks(redis: RedisConnection, workerId: string): Promise<number> {
  let given = 0;
  for (const name of [queueNames.tasks, queueNames.control]) {
    const prefix = `${queuePrefix}:${name}:`;
    const keys = [`${prefix}active`, `${prefix}stalled`, `${prefix}stalled-check`];
    given += Number(await redis.eval(script, keys.length, ...keys, prefix, workerId));
  }
  return given;
}
