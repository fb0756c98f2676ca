/**
 * The seats that clients have taken so far, in Redis: a hash of one field per client and priority, the ends of its lanes.
 *
 * How far everybody has come is read from the queue itself, so there is nothing to keep up to date and nothing to lose: with an empty queue, or a Redis that
 * has lost its memory, all begin again at the first seat. Several workers may take seats at once: a field is changed only if it is as it was read.
 */
import { fairShareLimits, type JobSpec, sharesKey } from '@gridmr/contracts';
import type { Queues, RedisConnection } from '@gridmr/runtime';
import { z } from 'zod';
import { laneCount, type Seats, takeSeats, taskCosts } from './fair-seats.js';

const endsSchema = z.array(z.number().min(0)).length(laneCount);

/** KEYS[1] the hash; ARGV: field, what it was, what it becomes, seconds until it is forgotten, fields at most. */
const changeField = `
  if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
  if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  return 1
`;

export class ClientShares {
  readonly #redis: RedisConnection;
  readonly #tasks: Queues['tasks'];

  constructor(redis: RedisConnection, tasks: Queues['tasks']) {
    this.#redis = redis;
    this.#tasks = tasks;
  }

  /** Seats for so many tasks of a client, which are queued next. */
  async take({ client_id, priority }: Pick<JobSpec, 'client_id' | 'priority'>, tasks: number): Promise<Seats> {
    const field = `${priority} ${client_id}`;
    for (let tries = 1; ; tries++) {
      const [now, before] = await Promise.all([this.#now(), this.#redis.hget(sharesKey, field)]);
      const taken = takeSeats(now === undefined ? [] : readEnds(before), now ?? 0, tasks, taskCosts[priority]);
      const isLast = tries === fairShareLimits.triesMax;
      if (isLast || (await this.#change(field, before, taken.ends))) return taken.seats;
    }
  }

  /**
   * The seat that is served: of the first message that waits and has not been tried. One that comes back after a failure sits where everybody was
   * long ago. A speculative one has no seat, it stands behind all. Undefined if nothing else waits.
   */
  async #now(): Promise<number | undefined> {
    const first = await this.#tasks.getJobs(['prioritized'], 0, fairShareLimits.messagesLookedAt - 1, true);
    const waiting = first.filter(message => message !== undefined && message.data.speculative === undefined);
    const message = waiting.find(({ attemptsStarted }) => attemptsStarted === 0) ?? waiting.at(-1);
    return message && Math.max(0, (message.opts.priority ?? 0) - 1);
  }

  async #change(field: string, before: string | null, ends: readonly number[]): Promise<boolean> {
    const { keptSeconds, clientsMax } = fairShareLimits;
    const after = JSON.stringify(ends);
    const done = await this.#redis.eval(changeField, 1, sharesKey, field, before ?? '', after, keptSeconds, clientsMax);
    return done === 1;
  }
}

/** What cannot be read is as if nothing had been taken. */
function readEnds(json: string | null): readonly number[] {
  if (json === null) return [];
  try {
    const ends = endsSchema.safeParse(JSON.parse(json));
    return ends.success ? ends.data : [];
  } catch {
    return [];
  }
}
