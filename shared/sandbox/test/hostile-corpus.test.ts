/** The corpus of hostile programs on both builds of the engine: each ends as it says, in time, and nobody else feels it. */
import { type HostileProgram, hostilePrograms, needsRunningMachine } from '@gridmr/testkit';
import { expect } from 'chai';
import { builds, HostileJail, type HostileOutcome } from './hostile-jail.js';

const overtimeMs = 2000;
/** One program of so many is run again and again. */
const sampledEvery = 9;
const mebibyte = 1024 * 1024;
const all = Object.values(hostilePrograms).flat();

describe('the corpus of hostile programs', function () {
  this.timeout(60_000);
  const jail = new HostileJail();
  before(() => Promise.all(builds.map(build => jail.ready(build))));
  after(() => jail[Symbol.asyncDispose]());

  it('has more than 200 of them, each with a name of its own', () => {
    expect(all.length).to.be.greaterThan(200);
    const names = all.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).to.deep.equal([]);
  });

  for (const [kind, programs] of Object.entries(hostilePrograms)) {
    describe(`${kind} (${programs.length})`, () => {
      for (const program of programs) {
        it(`${program.name}: ${inWords(program)}`, async () => {
          const outcomes = await Promise.all(builds.map(build => jail.run(build, program)));
          for (const outcome of outcomes) expectEnd(program, outcome);
        });
      }
    });
  }

  it('leaves no memory behind in the process that runs it, and no thread that is not there', async () => {
    const quick = all
      .filter(({ ends }) => !('codes' in ends) || !ends.codes.includes('task_timeout'))
      .filter((_, i) => i % sampledEvery === 0);
    const runAll = async () => {
      for (const program of quick) await Promise.all(builds.map(build => jail.run(build, program)));
    };
    await runAll();
    const before = process.memoryUsage().rss;
    for (let times = 0; times < 3; times++) await runAll();
    expect((process.memoryUsage().rss - before) / mebibyte).to.be.below(100);
  });
});

/** A good program that computes for a while. */
const busyMap =
  '(line, ctx) => { let sum = 0; for (let i = 0; i < 1e6; i++) sum = (sum * 31 + i) % 1000003; ctx.emit(line, sum); }';
const goodProgram: HostileProgram = {
  name: 'a good program',
  source: { form: 'functions', map_function: busyMap },
  phase: 'map',
  deadlineMs: 60_000,
  ends: { pairs: [] },
};
/** At least, and at most: what the machine does meanwhile makes some rounds longer, and none shorter. */
const rounds = { min: 5, max: 25 };
/** What a good one takes beside a hostile one, against what it takes beside another good one. */
const fairShare = 2;

describe('a good program beside hostile ones', function () {
  this.timeout(120_000);
  before(function () {
    needsRunningMachine(this);
  });

  for (const kind of [
    'endless loops',
    'builtins that do not ask',
    'memory in every shape',
    'floods of what is allowed',
  ]) {
    it(`takes less than twice what it takes beside a good one: ${kind}`, async () => {
      await using jail = new HostileJail();
      const runGood = async () => (await jail.run('published', goodProgram)).tookMs;
      const hostile = hostilePrograms[kind] ?? [];
      await Promise.all([runGood(), jail.ready('optimised')]);
      const besideGood: number[] = [];
      const besideHostile: number[] = [];
      const slowdown = () => Math.min(...besideHostile) / Math.min(...besideGood);
      for (let round = 0; round < rounds.min || (round < rounds.max && slowdown() >= fairShare); round++) {
        // Whatever else the machine does, a neighbour takes as much of it as another one may.
        const neighbour = jail.run('optimised', goodProgram);
        besideGood.push(await runGood());
        await neighbour;
        const harm = jail.run('optimised', hostile[(round * 2) % hostile.length] as HostileProgram);
        besideHostile.push(await runGood());
        await harm;
      }
      expect(slowdown()).to.be.below(fairShare);
    });
  }
});

function inWords({ ends }: HostileProgram): string {
  return 'codes' in ends ? ends.codes.join(' or ') : 'hurts only itself';
}

function expectEnd({ ends, deadlineMs }: HostileProgram, { end, tookMs }: HostileOutcome): void {
  if ('codes' in ends)
    expect(end).to.have.property('code').that.is.oneOf(ends.codes, JSON.stringify(end).slice(0, 500));
  else expect(end).to.deep.equal({ pairs: ends.pairs });
  expect(tookMs).to.be.below(deadlineMs + overtimeMs);
}
