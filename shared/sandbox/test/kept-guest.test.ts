/** An instance of the engine that serves one attempt after the other: nothing passes between them. */
import { createHash } from 'node:crypto';
import { compileQuickJs, keepGuestsOf } from '@gridmr/sandbox';
import { expect } from 'chai';
import { keepGuest, takeKeptGuest } from '../dist/kept-guest.js';
import { takeMemory } from '../dist/wiped-memories.js';
import { attempt, failure, output } from './attempt.js';
import { openOnQuickJs as open } from './quickjs-opener.js';

const mebibyte = 1024 * 1024;
const memoryBytes = 64 * mebibyte;

/** The instance that the last attempt left; it stays kept. */
async function keptGuest() {
  const { module } = await compileQuickJs();
  const body = takeKeptGuest(module, memoryBytes);
  if (body !== undefined) keepGuest(body);
  return body;
}

describe('an instance kept for the next attempt', function () {
  this.timeout(60_000);
  let jobs = 0;
  beforeEach(() => keepGuestsOf(`job ${jobs++}`));

  it('is the same, and remembers nothing of globals, prototypes, closures or its heap', async () => {
    const map = `(line, ctx) => {
      ctx.emit("seen", [typeof globalThis.left, typeof Array.prototype.left, String(Object.isFrozen(Object.prototype))]);
      globalThis.left = "x".repeat(100_000);
      Array.prototype.left = () => {};
      Array.prototype.map = () => "broken";
      Object.freeze(Object.prototype);
      JSON.parse = () => 1;
    }`;
    const first = await output(open, { map });
    const guest = await keptGuest();
    expect(guest).to.not.equal(undefined);
    for (let i = 0; i < 3; i++) expect(await output(open, { map })).to.deep.equal(first);
    expect(first).to.deep.equal([['seen', ['undefined', 'undefined', 'false']]]);
    expect((await keptGuest())?.instance).to.equal(guest?.instance);
  });

  it('has the memory of a fresh one, byte for byte', async () => {
    const map =
      '(line, ctx) => { const a = []; for (let i = 0; i < 5000; i++) a.push({ i }); ctx.emit(line, a.length); }';
    // Once before: from the second time on, the program is known to parse.
    await attempt(open, { map });
    keepGuestsOf('a job that begins');
    await attempt(open, { map });
    const afterOne = digest(await keptGuest());
    const bytesBefore = sizeOf(await keptGuest());
    await attempt(open, { map: '(line, ctx) => { globalThis.x = line.repeat(3_000_000); ctx.emit(1, 1); }' });
    expect(sizeOf(await keptGuest())).to.be.greaterThan(bytesBefore);
    await attempt(open, { map });
    expect(digest(await keptGuest())).to.equal(afterOne);
  });

  it('goes to no other job', async () => {
    await attempt(open, {});
    expect(await keptGuest()).to.not.equal(undefined);
    keepGuestsOf('another job');
    expect(await keptGuest()).to.equal(undefined);
  });

  it('leaves its memory to the next job, wiped', async () => {
    const map = '(line, ctx) => { globalThis.secret = "s3cret".repeat(50_000); ctx.emit(line, 1); }';
    await attempt(open, { map });
    const before = await keptGuest();
    keepGuestsOf('another job');
    const size = before?.instance.memorySize ?? { initial: 0, maximum: 0 };
    const memory = takeMemory(size);
    expect(memory).to.equal(before?.instance.memory);
    expect(new Uint8Array(memory.buffer).every(byte => byte === 0)).to.equal(true);
  });

  it('goes to no attempt with another limit of memory', async () => {
    await attempt(open, {});
    const { module } = await compileQuickJs();
    expect(takeKeptGuest(module, memoryBytes / 2)).to.equal(undefined);
  });

  it('is dropped when its memory grew beyond 16 MiB, when user code failed, and when its time was up', async () => {
    await attempt(open, { map: '(line, ctx) => { ctx.emit("n", "x".repeat(20_000_000).length); }' });
    expect(await keptGuest()).to.equal(undefined);
    await attempt(open, {});
    await failure(open, { map: '() => { throw new Error("no"); }' });
    expect(await keptGuest()).to.equal(undefined);
    await attempt(open, {});
    await failure(open, { map: '() => { for (;;); }' }, { deadlineMs: 200 });
    expect(await keptGuest()).to.equal(undefined);
  });
});

type KeptGuest = Awaited<ReturnType<typeof keptGuest>>;

/** Of all up to the last byte that is not zero: a memory that has grown ends in more of these. */
function digest(guest: KeptGuest): string {
  const bytes = memoryOf(guest);
  const end = bytes.findLastIndex(byte => byte !== 0) + 1;
  return createHash('sha256').update(bytes.subarray(0, end)).digest('hex');
}

function sizeOf(guest: KeptGuest): number {
  return memoryOf(guest).length;
}

function memoryOf(guest: KeptGuest): Uint8Array {
  if (guest === undefined) throw new Error('no guest was kept');
  return new Uint8Array(guest.instance.memory.buffer);
}
