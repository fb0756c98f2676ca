/** Programs that mean harm: each ends within its limits, and what the platform itself does stays right. */
import type { PairBlock } from '@gridmr/engine';
import { expect } from 'chai';
import { attempt, batch, block, failure, functionsOf, mapContext, output, sourceOf } from './attempt.js';
import { openOnQuickJs as open } from './quickjs-opener.js';

const deadlineMs = 300;
const mebibyte = 1024 * 1024;

describe('hostile programs', function () {
  this.timeout(120_000);

  describe('that never end', () => {
    for (const [what, body] of Object.entries({
      'an endless loop': 'for (;;);',
      'a loop that catches': 'for (;;) try { for (;;); } catch {}',
      'a loop in finally': 'try { throw 1; } finally { for (;;); }',
      'a generator without end, unread': 'const g = (function* () { for (;;) yield 1; })(); for (const x of g);',
      'a regular expression that backtracks': '/^(a+)+$/.test("a".repeat(40) + "b");',
      'a toString that loops': '"" + { toString() { for (;;); } };',
      'a getter that loops in a thrown error': 'throw { get message() { for (;;); } };',
      'a stack that loops in a thrown error': 'throw { get stack() { for (;;); } };',
      'a toJSON that loops': 'ctx.emit("k", { toJSON() { for (;;); } });',
      'a proxy that loops': 'ctx.emit(new Proxy([], { get() { for (;;); } }), 1);',
    })) {
      it(`are interrupted: ${what}`, async () => {
        const began = performance.now();
        const error = await failure(open, { map: `(line, ctx) => { ${body} }` }, { deadlineMs });
        const isThrown = body.startsWith('throw');
        expect(error.code).to.equal(isThrown ? 'user_code_error' : 'task_timeout');
        expect(performance.now() - began).to.be.below(10_000);
      });
    }

    it('say which function on which record', async () => {
      const error = await failure(open, { map: 'line => {\n  for (;;);\n}' }, { deadlineMs: 3000 });
      expect(error).to.include({
        code: 'task_timeout',
        function: 'map_function',
        record: 'a',
        message: 'map was stopped: the attempt may run for 3 s',
      });
    });

    it('are interrupted while they load, set up, partition and reduce', async () => {
      for (const program of [
        'for (;;); export const map = 1;',
        'export const map = 1; export function setup() { for (;;); }',
        { map: 'l => [[l, 1]]', partition: '() => { for (;;); }' },
      ]) {
        expect((await failure(open, program, { deadlineMs })).code).to.be.oneOf(['task_timeout', 'user_code_error']);
      }
      expect(
        (await failure(open, { reduce: '() => { for (;;); }' }, { deadlineMs, batches: [batch([['a', [1]]])] })).code,
      ).to.equal('task_timeout');
    });

    for (const map of [
      '(l, ctx) => { for (;;) ctx.emit("key", 1); }',
      'function* () { for (;;) yield ["key", { a: 1 }]; }',
      '(l, ctx) => { const s = "x".repeat(1e6); for (;;) ctx.emit("key", s); }',
    ]) {
      it(`hand their pairs over in bounded blocks while they flood: ${map.slice(0, 70)}`, async () => {
        const source = sourceOf({ map });
        const functions = functionsOf(source);
        using sandbox = await open({ source, functions, memoryBytes: 48 * mebibyte, deadlineMs: 60_000 });
        const full = new Error('enough');
        let blocks = 0;
        sandbox.begin(mapContext, pairs => {
          expect(pairs.count).to.be.at.most(65_536);
          expect(textBytes(pairs)).to.be.below(8 * mebibyte);
          if (++blocks === 4) throw full;
        });
        expect(() => sandbox.mapBlock(block('a\n'))).to.throw(full as never);
      });
    }
  });

  describe('that want all memory', () => {
    for (const [what, body] of Object.entries({
      'a list that grows': 'const a = []; for (;;) a.push({});',
      strings: 'const a = []; for (let i = 0; ; i++) a.push("x".repeat(100000) + i);',
      'typed arrays': 'const a = []; for (;;) a.push(new Uint8Array(1e6));',
      'one huge ArrayBuffer': 'new ArrayBuffer(2 ** 31 - 1);',
      'a filled array': 'new Array(1e8).fill(1);',
      'a long string': '"a".repeat(2 ** 29);',
    })) {
      it(`meet the limit: ${what}`, async () => {
        const error = await failure(
          open,
          { map: `() => { ${body} }` },
          { memoryBytes: 32 * mebibyte, deadlineMs: 20_000 },
        );
        expect(error).to.include({ code: 'memory_limit', function: 'map_function', record: 'a' });
        expect(error.message).to.match(/needs more than the 32 MiB/);
      });
    }

    it('meet the limit when a block does not fit any more', async () => {
      const program =
        'const kept = []; export const map = line => { while (kept.length < 1e6) kept.push(line.length); };';
      const text = [block('a\n'), block('b'.repeat(14 * mebibyte))];
      const error = await failure(open, program, { text, memoryBytes: 24 * mebibyte, deadlineMs: 60_000 });
      expect(error).to.include({ code: 'memory_limit', function: 'program' });
    });

    it('do not disturb the next attempt', async () => {
      await failure(open, { map: '() => { const a = []; for (;;) a.push({}); }' }, { memoryBytes: 32 * mebibyte });
      expect(await output(open, { map: 'l => [[l, 1]]' })).to.deep.equal([['a', 1]]);
    });
  });

  describe('that want all stack', () => {
    for (const body of [
      'const f = () => f(); f();',
      'const o = { get x() { return this.x; } }; o.x;',
      'JSON.parse("[".repeat(1e5));',
      'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a);',
      'eval("[".repeat(1e5));',
      'new Function("(".repeat(1e5));',
      'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x;',
      'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; ctx.emit("k", a);',
      'new RegExp("(".repeat(1e5));',
    ]) {
      it(`are errors of the user: ${body.slice(0, 60)}`, async () => {
        expect((await failure(open, { map: `(line, ctx) => { ${body} }` })).code).to.equal('user_code_error');
      });
    }
  });

  describe('that redefine builtins', () => {
    const attacks = [
      'Array.prototype.push = () => 0;',
      'Array.prototype.join = () => "forged";',
      'Array.isArray = () => false;',
      'Array.from = () => ["forged"];',
      'Array.prototype[Symbol.iterator] = function* () { yield "forged"; };',
      'Array.prototype.values = () => 1;',
      'Array.prototype.toJSON = () => "forged";',
      'String.prototype.toJSON = () => "forged";',
      'Number.prototype.toJSON = () => 9;',
      'JSON.stringify = () => "[9]"; JSON.parse = () => [];',
      'globalThis.JSON = null;',
      'String.prototype.split = () => ["forged"];',
      'String.prototype.indexOf = () => 0; String.prototype.slice = () => "forged"; String.prototype.charCodeAt = () => 13;',
      'String.prototype.isWellFormed = () => true; String.prototype.toWellFormed = () => "forged";',
      'Map.prototype.get = Map.prototype.set = () => "forged";',
      'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => "forged";',
      'Reflect.apply = () => "forged"; globalThis.Reflect = null;',
      'Object.freeze = Object.create = Object.setPrototypeOf = Object.defineProperty = () => "forged";',
      'globalThis.TypeError = globalThis.Proxy = globalThis.String = globalThis.Symbol = null;',
      'Number.isFinite = Number.isInteger = () => false; Math.imul = () => 0;',
      'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: false, value: "forged" });',
      'Object.prototype.then = 1; Object.prototype.get = () => "forged"; Object.prototype.set = () => {};',
      'Uint32Array.prototype.fill = () => 1; Object.defineProperty(Object.getPrototypeOf(Uint32Array.prototype), "length", { get: () => 0 });',
      'delete globalThis.Array; delete globalThis.Object; delete globalThis.JSON;',
      'Object.defineProperty(Object.prototype, "keys", { get() { throw 1; } });',
    ];
    for (const attack of attacks) {
      it(`hurt only themselves: ${attack.slice(0, 80)}`, async () => {
        const program = `${attack}
export function map(line, ctx) { ctx.emit(line, 1); ctx.emit(line + '2', 'text'); ctx.emit(1, true); }
export function reduce(key, values, ctx) { let n = 0, next; while (!(next = values.next()).done) n += next.value; ctx.emit(key, n); }`;
        const mapped = await output(open, program, { text: 'a\nb\n' });
        expect(mapped).to.deep.equal([
          ['a', 1],
          ['a2', 'text'],
          [1, true],
          ['b', 1],
          ['b2', 'text'],
          [1, true],
        ]);
        const batches = [batch([['k', [1, 2]]]), batch([['l', [3, 4]]])];
        expect(await output(open, program, { batches })).to.deep.equal([
          ['k', 3],
          ['l', 7],
        ]);
      });
    }

    it('may break the engine’s own JSON, and get an error of the user', async () => {
      const attack = 'Object.defineProperty(Array.prototype, "0", { set() { throw 1; }, get() { return "forged"; } });';
      const error = await failure(open, `${attack} export const map = (line, ctx) => ctx.emit(1, { a: [1] });`);
      expect(error).to.include({ code: 'user_code_error', function: 'program' });
    });

    it('cannot forge a hand-over from what they can reach', async () => {
      const program = `const found = [];
for (const name of ['host', 'shared', 'header', 'handOver', 'send', 'keys', 'prelude', 'numbers', 'partitions', 'slots']) {
  if (name in globalThis) found.push(name);
  try { found.push(eval(name) && name); } catch {}
}
export const map = (line, ctx) => {
  for (const f of [ctx.emit, ctx.count, ctx.log]) {
    try { if (f.caller) found.push('caller'); } catch {}
    try { if (f.arguments) found.push('arguments'); } catch {}
  }
  return [['found', found]];
};`;
      expect(await output(open, program)).to.deep.equal([['found', []]]);
    });
  });

  it('that lie about lengths, elements and iterators get an error or their own result', async () => {
    for (const map of [
      '() => new Proxy([], { get(t, n) { return n === "length" ? 2 ** 31 : undefined; } })',
      '() => ({ [Symbol.iterator]: () => ({ next: () => 1 }) })',
      '() => ({ [Symbol.iterator]() { return this; }, next() { throw new Error("no"); } })',
      '() => [new Proxy(["k", 1], { get(t, n) { throw new Error("no"); } })]',
      '(l, ctx) => ctx.emit(new Proxy(["k"], { get(t, n) { return n === "length" ? 2 ** 40 : "x"; } }), 1)',
      '() => ({ then: 1, get [Symbol.iterator]() { throw new Error("no"); } })',
    ]) {
      expect((await failure(open, { map }, { deadlineMs: 30_000 })).code).to.equal('user_code_error');
    }
  });

  it('that emit between two throws keep every pair whole', async () => {
    const map = `(line, ctx) => {
      for (const bad of [[{}, 1], ['k', 1n], [['a', null], 2], ['k', { toJSON() { throw 1; } }]]) try { ctx.emit(...bad); } catch {}
      ctx.emit('k', 2);
    }`;
    expect(await output(open, { map })).to.deep.equal([['k', 2]]);
  });

  it('leave no memory behind: 200 attempts', async function () {
    this.timeout(300_000);
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) {
        const body = i % 4 === 0 ? 'throw new Error("x")' : 'return [["k", "x".repeat(3e6).length]]';
        await attempt(open, { map: `() => { ${body}; }` }, { memoryBytes: 32 * mebibyte }).catch(() => {});
      }
    };
    await run(50);
    const before = process.memoryUsage().rss;
    await run(200);
    expect((process.memoryUsage().rss - before) / mebibyte).to.be.below(100);
  });
});

function textBytes({ count, values }: PairBlock): number {
  return values.kind === 'texts' ? (values.ends[count - 1] ?? 0) : 0;
}
