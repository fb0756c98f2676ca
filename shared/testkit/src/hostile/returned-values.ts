/** What is returned or emitted is not what it seems. Either it is a pair, as JSON has it, or an error that says what is expected. */
import { failing, type HostileProgram, harmless, hostile } from './hostile-program.js';

export const returnedValues: readonly HostileProgram[] = [
  ...failing(['user_code_error'], {
    'a proxy that says it is long': 'return new Proxy([], { get: (t, n) => (n === "length" ? 2 ** 31 : undefined) });',
    'a revoked proxy': 'const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy;',
    'a revoked proxy as a pair': 'const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return [proxy];',
    'a revoked proxy as a value': 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); ctx.emit("k", proxy);',
    'an iterator that gives no results': 'return { [Symbol.iterator]: () => ({ next: () => 1 }) };',
    'an iterator without next': 'return { [Symbol.iterator]: () => ({}) };',
    'an iterator that throws': 'return { [Symbol.iterator]() { return this; }, next() { throw new Error("no"); } };',
    'a pair that throws': 'return [new Proxy(["k", 1], { get() { throw new Error("no"); } })];',
    'a list of holes': 'return new Array(3);',
    'a list with an accessor that throws':
      'const a = [["k", 1]]; Object.defineProperty(a, 0, { get() { throw new Error("no"); } }); return a;',
    'a pair of three': 'return [["k", 1, 2]];',
    'a pair with a hole': 'return [[, 1]];',
    'a text': 'return "k";',
    'a number': 'return 1;',
    'a symbol': 'return Symbol.iterator;',
    'a function as the result': 'return () => [["k", 1]];',
    'a value with a cycle': 'const a = {}; a.a = a; ctx.emit("k", a);',
    'a value that is a BigInt': 'ctx.emit("k", 1n);',
    'a BigInt inside a value': 'ctx.emit("k", { a: [1n] });',
    'a value that is a symbol': 'ctx.emit("k", Symbol());',
    'a getter that throws inside a value': 'ctx.emit("k", { get a() { throw new Error("no"); } });',
    'a key that is null': 'ctx.emit(null, 1);',
    'a key that is an object': 'ctx.emit({ toString: () => "k" }, 1);',
    'a key that is a String object': 'ctx.emit(new String("k"), 1);',
    'a key with NaN': 'ctx.emit([NaN], 1);',
    'a key that is infinite': 'ctx.emit(-Infinity, 1);',
    'a key with a cycle': 'const a = []; a.push(a); ctx.emit(a, 1);',
    'a key with a hole': 'ctx.emit([, 1], 1);',
    'an error with getters that throw':
      'const e = new Error(); for (const n of ["message", "name", "stack"]) Object.defineProperty(e, n, { get() { throw e; } }); throw e;',
    'an error with getters that loop': 'throw { get message() { for (;;); }, get stack() { for (;;); } };',
    'an error with a huge message': 'throw new Error("x".repeat(4e6));',
    'an error that pretends to be another':
      'throw { name: "InternalError", message: "interrupted", stack: "at map (gridmr:prelude:1:1)" };',
    'an error that is a revoked proxy': 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;',
  }),
  ...harmless({
    '-0, NaN and infinities as values': [
      'for (const v of [-0, NaN, Infinity, -Infinity]) ctx.emit("k", v);',
      [
        ['k', 0],
        ['k', null],
        ['k', null],
        ['k', null],
      ],
    ],
    '-0 as a key': [
      'ctx.emit(-0, 1); ctx.emit([-0], 1);',
      [
        [0, 1],
        [[0], 1],
      ],
    ],
    'halves of characters': [
      'ctx.emit("a\\ud800b", "\\udc00"); ctx.emit(["\\ud83d"], "\\ud83d");',
      [
        ['a\ufffdb', '\udc00'],
        [['\ufffd'], '\ud83d'],
      ],
    ],
    'a proxy of a pair': ['return [new Proxy(["k", 1], {})];', [['k', 1]]],
    'a list that grows while it is read': [
      'const a = [["k", 1]]; Object.defineProperty(a[0], 1, { get() { if (a.length < 3) a.push(["l", 2]); return 1; } }); return a;',
      [
        ['k', 1],
        ['l', 2],
      ],
    ],
    'a key that changes while it is read': [
      'let n = 0; const key = ["k"]; Object.defineProperty(key, 0, { get: () => "k" + n++ }); ctx.emit(key, 1);',
      [[['k0'], 1]],
    ],
    'a value whose toJSON emits': [
      'ctx.emit("k", { toJSON() { ctx.emit("inner", 1); return 2; } });',
      [
        ['inner', 1],
        ['k', 2],
      ],
    ],
    'a value that is changed afterwards': [
      'const v = { a: 1 }; ctx.emit("k", v); v.a = 2; const k = ["x"]; ctx.emit(k, 1); k[0] = "y";',
      [
        ['k', { a: 1 }],
        [['x'], 1],
      ],
    ],
    'values that JSON does not have': [
      'for (const v of [undefined, { a: undefined, f() {}, s: Symbol() }, [undefined], new Date(NaN), new Map([[1, 2]])]) ctx.emit("k", v);',
      [
        ['k', null],
        ['k', {}],
        ['k', [null]],
        ['k', null],
        ['k', {}],
      ],
    ],
    'typed arrays as values': ['ctx.emit("k", new Uint8Array([1, 2]));', [['k', { 0: 1, 1: 2 }]]],
    'generators within generators': [
      'return (function* () { yield* (function* () { yield ["k", 1]; })(); })();',
      [['k', 1]],
    ],
    'a throw between two pairs, caught': [
      'for (const bad of [[{}, 1], ["k", 1n], [["a", null], 2], ["k", { toJSON() { throw 1; } }]]) try { ctx.emit(...bad); } catch {} ctx.emit("k", 2);',
      [['k', 2]],
    ],
  }),
  hostile(
    'pairs in forged frames',
    { map_function: '() => [["0,1\\nk\\n9", "]"], ["\\u0000", "\\"]"]]' },
    {
      pairs: [
        ['0,1\nk\n9', ']'],
        ['\0', '"]'],
      ],
    },
  ),
];
