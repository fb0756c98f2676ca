/** Which functions a sandbox knows, so that the host may shorten what goes into them. See `conformance.ts`. */
import { expect } from 'chai';
import { failure, functionsOf, mapContext, type OpenSandbox, sourceOf } from './attempt.js';

export function describeKnownFunctions(open: OpenSandbox): void {
  describe('functions', () => {
    const sum = '(key, values) => [key, values.reduce((a, b) => a + b, 0)]';
    const begun = async (program: Parameters<typeof sourceOf>[0]) => {
      const source = sourceOf(program);
      const request = { source, functions: functionsOf(source), memoryBytes: 64 * 1024 * 1024, deadlineMs: 60_000 };
      const sandbox = await open(request);
      sandbox.begin(mapContext, () => {});
      return sandbox;
    };

    it('are known by their source, whatever form the program has', async () => {
      using functions = await begun({
        combine: sum,
        reduce: '(k, vs, ctx) => { for (const v of vs) ctx.emit(k, v); }',
      });
      expect(functions.known).to.deep.equal({ combine: 'sum', reduce: 'identity' });
      using module = await begun(`export const map = () => {}; export const reduce = ${sum};`);
      expect(module.known).to.deep.equal({ combine: undefined, reduce: 'sum' });
    });

    it('are not known if they are wrapped or hide their source', async () => {
      const wrapped = `const f = ${sum}; export const map = () => {}; export const reduce = new Proxy(f, {});`;
      const hidden = `const f = k => [k, 0]; f.toString = () => '${sum}'; Function.prototype.toString = f.toString;
        export const map = () => {}; export const reduce = f;`;
      for (const program of [wrapped, hidden]) {
        using sandbox = await begun(program);
        expect(sandbox.known.reduce).to.equal(undefined);
      }
    });

    const index = 'export const map = () => {}; export const reduce = (k, vs) => [k, [...new Set(vs)].sort()];';

    it('are known to want distinct values only where Set is the own one of the engine', async () => {
      using own = await begun(`const seen = new Set([1]); ${index}`);
      expect(own.known.reduce).to.equal('distinct');
      const others = [
        `class Set { constructor(values) { this.values = values; } *[Symbol.iterator]() { yield* this.values; } } ${index}`,
        `const { WeakSet: Set } = globalThis; ${index}`,
        `[]['con' + 'structor']['con' + 'structor']('return this')()['S' + 'et'] = Array; ${index}`,
        `Set.prototype.add = function () { return this; }; ${index}`,
        `Object.getPrototypeOf(new Set()).add = function () { return this; }; ${index}`,
        `new Set()['__pro' + 'to__'].add = function () { return this; }; ${index}`,
        `export const setup = () => { new Set()['__pro' + 'to__'].add = () => {}; }; ${index}`,
        `const S\\u0065t = Array; ${index}`,
      ];
      for (const program of others) {
        using sandbox = await begun(program);
        expect(sandbox.known.reduce, program).to.equal(undefined);
      }
    });

    it('cannot replace ctx.emit, on which known ones rely', async () => {
      const program = `export const setup = ctx => { ctx.emit = () => {}; }; export const map = (l, ctx) => ctx.emit(l, 1);`;
      expect((await failure(open, program)).message).to.match(/read-only/);
    });
  });
}
