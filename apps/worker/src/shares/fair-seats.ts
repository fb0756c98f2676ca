/**
 * Fair shares between clients, as a rule over numbers: start-time fair queueing. A task's seat is the priority number of its message; the queue starts
 * lower numbers first, and equal ones as they came.
 *
 * ```
 * now        the seat of the task that is next in the queue: how far everybody has come
 * client A   lane 0   |now .................................................. 10,000 tasks of a huge job
 *            lane 1   |now . . . . . . .   a later, smaller one: at half the pace, but not behind the huge one
 * client B   lane 0   |now ......          begins where everybody is, however long A's queue
 * ```
 *
 * Each client has lanes, for each of the three priorities its own; a stage's tasks sit in one of them, one step apart, from `now` or from the lane's end, whichever
 * is later. A step is what a task costs, and doubles from lane to lane; of the lanes, a stage takes the one in which its last task sits first.
 *
 * What follows, for clients of equal priorities (`fair-seats.test.ts` lets any arrivals try):
 * - all lanes together are less than two of the first: while a client that came with m tasks waits for them, no other gets more than 2 m and `headStart`;
 * - no stage ends later than if its client had one lane.
 * Cost: nothing per task but a number.
 */
import type { JobSpec } from '@gridmr/contracts';

/** Seats that a task takes: many share one, so that there are enough of them. The weights of high, normal and low are 4 : 1 : 1/4. */
export const taskCosts: Readonly<Record<JobSpec['priority'], number>> = { high: 1 / 64, normal: 1 / 16, low: 1 / 4 };
export const laneCount = 4;
/** BullMQ's own bound. Who sits here sits as they came. */
export const seatMax = 2 ** 21 - 1;
/** A client with nothing queued begins before those who share the seat that is served. */
const headStart = 1;

/** Where the tasks of a stage sit: the first one, and how far apart they are. Fractions count. */
export interface Seats {
  readonly first: number;
  readonly step: number;
}

export interface TakenSeats {
  readonly seats: Seats;
  /** Where the client's lanes end from now on. */
  readonly ends: readonly number[];
}

/** @param ends where the client's lanes end so far; a lane without an end is empty */
export function takeSeats(ends: readonly number[], now: number, tasks: number, cost: number): TakenSeats {
  let best: { lane: number; seats: Seats; end: number } | undefined;
  for (let lane = 0; lane < laneCount; lane++) {
    const seats = { first: Math.max(now - headStart, ends[lane] ?? 0), step: cost * 2 ** lane };
    const end = seats.first + tasks * seats.step;
    if (best === undefined || end < best.end) best = { lane, seats, end };
  }
  if (best === undefined) throw new Error('a client has at least one lane');
  const { lane, seats, end } = best;
  return { seats, ends: Array.from({ length: laneCount }, (_, i) => (i === lane ? end : (ends[i] ?? 0))) };
}

/** The priority of the message whose first task is number `position` of those that are queued. */
export function seatOf({ first, step }: Seats, position: number): number {
  return Math.min(1 + Math.floor(first + step * position), seatMax);
}
