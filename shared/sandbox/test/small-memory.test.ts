/** The optimised build begins with a small memory and a smaller stack of its own than the published one: programs do not come near its end. */
import { compilePublishedQuickJs, compileQuickJs, GuardedThread } from '@gridmr/sandbox';
import { expect } from 'chai';
import { openQuickJs } from '../dist/quickjs-instance.js';
import type { StackAnswer, StackRequest } from './stack-thread.js';

const kibibyte = 1024;
const stackBytes = 1024 * kibibyte;
const memoryBytes = 64 * 1024 * kibibyte;
const deadlineMs = 2000;

/** Each nests in another part of the engine. Whether it ends well or by an error is not asked here. */
const nesting = {
  calls: 'const f = () => f(); f()',
  'calls with many arguments': 'const f = (...all) => f(...all); f(...new Array(10_000).fill(1))',
  'calls of a function with many variables': `const f = new Function('f', '{' + Array.from({ length: 20_000 }, (_, i) => 'let v' + i + ' = ' + i).join(';') + '; return f(f) + v19999; }'); f(f)`,
  'an argument list as long as may be': 'Math.max.apply(null, new Array(65_000).fill(1))',
  constructors: 'class A { constructor() { new A(); } } new A()',
  'a chain of classes': 'let C = class {}; for (let i = 0; i < 5000; i++) C = class extends C {}; new C()',
  getters: 'const o = { get x() { return this.x; } }; o.x',
  proxies: 'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x',
  'bound functions': 'let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); f()',
  generators: 'function* g() { yield* g(); } [...g()]',
  iterators: 'const o = { [Symbol.iterator]() { return [...o]; } }; [...o]',
  'callbacks of sort': 'const f = () => [2, 1].sort(f)[0]; f()',
  'callbacks of replace': 'const f = () => "a".replace(/a/, f); f()',
  revivers: 'const f = () => JSON.parse("[1]", f); f()',
  'JSON that is read': 'JSON.parse("[".repeat(1e6))',
  'JSON that is written': 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)',
  'arrays made flat': 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a.flat(Infinity)',
  'arrays made text': 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; String(a)',
  brackets: 'eval("[".repeat(1e5))',
  parentheses: 'eval("(".repeat(1e5))',
  functions: 'eval("()=>".repeat(1e5))',
  'signs before a number': 'eval("-+".repeat(1e5) + "1")',
  conditions: 'eval("1?".repeat(1e5))',
  templates: 'eval("`${".repeat(1e5))',
  patterns: 'eval("let " + "[".repeat(1e5))',
  'blocks and loops': 'eval("for(;;){".repeat(1e5))',
  'groups of an expression': 'new RegExp("(".repeat(1e5))',
  'groups of an expression, closed':
    'new RegExp("(?:".repeat(20_000) + "a" + ")*".repeat(20_000)).test("a".repeat(1000))',
  'look-aheads': 'new RegExp("(?=".repeat(20_000) + "a" + ")".repeat(20_000)).test("a")',
  'an expression that tries everything': '/^(a|b|ab)*c/.test("ab".repeat(50_000))',
  'a list that is let go': 'let a = null; for (let i = 0; i < 1e5; i++) a = { a }; a = null; 1',
  'closures that are let go':
    'let f = () => 1; for (let i = 0; i < 1e5; i++) { const g = f; f = () => g; } f = null; 1',
  'strings joined to strings': 'let s = ""; for (let i = 0; i < 5000; i++) s = "a" + s + "b"; s.length',
  'big integers': '(3n ** 30_000n * 7n ** 20_000n / 5n ** 3_000n).toString().length',
  'digits of numbers':
    '[1.7976931348623157e308.toFixed(100), (5e-324).toPrecision(100), (1 / 3).toString(2), 1e21.toExponential(100)]',
};

describe('the memory that the engine begins with', function () {
  this.timeout(60_000);

  it('is 3 MiB of the optimised build, and 16 of the published one', async () => {
    const bytesOf = async (engine: Awaited<ReturnType<typeof compileQuickJs>>) =>
      (await openQuickJs(engine.module, memoryBytes, () => false)).memory.buffer.byteLength;
    expect(await bytesOf(await compileQuickJs())).to.equal(3 * 1024 * kibibyte);
    expect(await bytesOf(await compilePublishedQuickJs())).to.equal(16 * 1024 * kibibyte);
  });

  describe('has a stack', () => {
    let thread: GuardedThread;
    before(async () => {
      thread = await GuardedThread.start(new URL('./stack-thread.js', import.meta.url), {});
    });
    after(() => thread[Symbol.asyncDispose]());

    for (const [what, program] of Object.entries(nesting)) {
      it(`of which no program takes a quarter: ${what}`, async () => {
        const { usedBytes, after } = await thread.run<StackRequest, StackAnswer>(
          { program, memoryBytes, deadlineMs },
          { deadlineMs, graceMs: deadlineMs },
        );
        expect(usedBytes).to.be.within(1, stackBytes / 4);
        expect(after).to.equal('2,4,6');
      });
    }
  });
});
