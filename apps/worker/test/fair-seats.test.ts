import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { laneCount, seatMax, seatOf, takeSeats, taskCosts } from '../dist/shares/fair-seats.js';

interface Waiting {
  readonly client: number;
  readonly job: number;
  readonly seat: number;
}

/** A queue that serves one task at a time: the lowest seat, and of equal ones the first that came. */
class ServedQueue {
  readonly served: Waiting[] = [];
  #waiting: Waiting[] = [];
  readonly #ends = new Map<number, readonly number[]>();

  add(client: number, job: number, tasks: number): void {
    const next = this.#waiting[0];
    if (next === undefined) this.#ends.clear();
    const now = next === undefined ? 0 : next.seat - 1;
    const { seats, ends } = takeSeats(this.#ends.get(client) ?? [], now, tasks, taskCosts.normal);
    this.#ends.set(client, ends);
    const added = Array.from({ length: tasks }, (_, i) => ({ client, job, seat: seatOf(seats, i) }));
    // Sorting is stable: equal seats stay in the order in which they came.
    this.#waiting = [...this.#waiting, ...added].sort((a, b) => a.seat - b.seat);
  }

  serve(tasks: number): void {
    this.served.push(...this.#waiting.splice(0, tasks));
  }

  waitsFor(client: number): boolean {
    return this.#waiting.some(task => task.client === client);
  }

  serveAll(): void {
    this.serve(this.#waiting.length);
  }
}

describe('seats in the queue', () => {
  const clients = 4;
  const arrivals = fc.array(
    fc.record({
      client: fc.integer({ min: 0, max: clients - 1 }),
      tasks: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 2000 })),
      servedBefore: fc.integer({ min: 0, max: 300 }),
    }),
    { minLength: 2, maxLength: 25 },
  );
  /** Two seats are shared with those who came before, one of them as a head start, in each lane. */
  const bound = (3 / taskCosts.normal) * 2;

  it('let nobody wait for more than twice its own work of each other client, whatever arrives', () => {
    fc.assert(
      fc.property(arrivals, all => {
        const queue = new ServedQueue();
        const came: { client: number; job: number; tasks: number; servedBefore: number }[] = [];
        for (const [job, { client, tasks, servedBefore }] of all.entries()) {
          queue.serve(servedBefore);
          if (!queue.waitsFor(client)) came.push({ client, job, tasks, servedBefore: queue.served.length });
          queue.add(client, job, tasks);
        }
        queue.serveAll();
        for (const { client, job, tasks, servedBefore } of came) {
          const last = queue.served.findLastIndex(task => task.job === job);
          const meanwhile = queue.served.slice(servedBefore, last);
          for (let other = 0; other < clients; other++) {
            if (other === client) continue;
            const others = meanwhile.filter(task => task.client === other).length;
            expect(others).to.be.at.most(2 * tasks + bound);
          }
        }
      }),
      propertyOptions(300),
    );
  });

  it('never end a stage later than if its client had one lane only', () => {
    fc.assert(
      fc.property(arrivals, all => {
        let ends: readonly number[] = [];
        let plainEnd = 0;
        let now = 0;
        for (const { tasks, servedBefore } of all) {
          now += servedBefore / 50;
          const cost = taskCosts.normal;
          const taken = takeSeats(ends, now, tasks, cost);
          plainEnd = Math.max(now - 1, plainEnd) + tasks * cost;
          ends = taken.ends;
          expect(taken.seats.first + tasks * taken.seats.step).to.be.at.most(plainEnd + 1e-6);
        }
      }),
      propertyOptions(300),
    );
  });

  it('serve a small job soon that comes behind 10,000 tasks, of another client or of the same', () => {
    for (const client of [1, 0]) {
      const queue = new ServedQueue();
      queue.add(0, 0, 10_000);
      queue.serve(3000);
      queue.add(client, 1, 10);
      queue.serve(10_000);
      const waited = queue.served.findLastIndex(task => task.job === 1) - 3000;
      expect(waited).to.be.at.most(client === 1 ? 10 : 40);
    }
  });

  it('share evenly between clients that have much to do, and 4 : 1 : 1/4 between priorities', () => {
    const counts = (['high', 'normal', 'low'] as const).map(priority => {
      const { seats } = takeSeats([], 0, 100_000, taskCosts[priority]);
      return Array.from({ length: 100_000 }, (_, i) => seatOf(seats, i)).filter(seat => seat <= 100).length;
    });
    expect(counts).to.deep.equal([6400, 1600, 400]);
  });

  it('end where BullMQ’s priorities do, and do not change what is equal', () => {
    const { seats, ends } = takeSeats([seatMax, seatMax, seatMax, seatMax], seatMax, 1000, taskCosts.low);
    expect(seatOf(seats, 999)).to.equal(seatMax);
    expect(ends).to.have.length(laneCount);
  });
});
