/**
 * Guest source, first part: every builtin that the prelude uses, taken before user code runs. User code may redefine what it likes and hurts only
 * itself: the prelude never looks anything up on a prototype or on the global object again, and keeps its own lists without a prototype.
 * Also removes what would make two attempts differ, and everything that shares memory.
 */
export const captureSource = `
  const { stringify, parse } = JSON;
  const { isArray } = Array;
  const { create, freeze, getPrototypeOf, setPrototypeOf, defineProperty, getOwnPropertyNames, getOwnPropertyDescriptor } = Object;
  const SetOwn = Set;
  const setPrototype = Set.prototype;
  const { add: addToSet } = Set.prototype;
  const { isFinite, isInteger } = Number;
  const { imul } = Math;
  const TypeErrorOwn = TypeError;
  const RangeErrorOwn = RangeError;
  const ProxyOwn = Proxy;
  const StringOwn = String;
  const FunctionOwn = Function;
  const Uint8ArrayOwn = Uint8Array;
  const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
  const syntaxErrorPrototype = SyntaxError.prototype;
  const iteratorSymbol = Symbol.iterator;
  const asyncIteratorSymbol = Symbol.asyncIterator;
  const objectPrototype = Object.prototype;

  const uncurry = Function.prototype.bind.bind(Function.prototype.call);
  const split = uncurry(String.prototype.split);
  const slice = uncurry(String.prototype.slice);
  const charCodeAt = uncurry(String.prototype.charCodeAt);
  const sliceArray = uncurry(Array.prototype.slice);
  const sliceTyped = uncurry(typedArrayPrototype.slice);
  const arrayIterator = uncurry(Array.prototype[Symbol.iterator]);
  const typedIterator = uncurry(typedArrayPrototype[Symbol.iterator]);

  const sourceOf = uncurry(Function.prototype.toString);

  const list = () => setPrototypeOf([], null);
  const global = globalThis;
  for (const name of ['WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics']) delete global[name];

  const header = new Uint32Array(shared.header);
  const numbers = new Float64Array(shared.numbers);
  const partitions = new Uint32Array(shared.partitions);
  const keyMarks = new Uint8Array(shared.keyMarks);
  const valueMarks = new Uint8Array(shared.valueMarks);
  const groupCounts = new Uint32Array(shared.groupCounts);
  const groupNumbers = new Float64Array(shared.groupNumbers);
  // A slice of it is made by nothing that user code may have put into a prototype.
  defineProperty(groupNumbers, 'constructor', { __proto__: null, value: undefined });

  const textOf = value => (typeof value === 'string' ? slice(value, 0, limits.errorText) : '');

  function kindOf(value) {
    if (value === null) return 'null';
    if (isArray(value)) return 'an array';
    const type = typeof value;
    if (type === 'string') return 'the string ' + stringify(slice(value, 0, 40));
    if (type === 'object') return 'an object';
    if (type === 'number') return 'the number ' + value;
    if (type === 'boolean') return '' + value;
    return type === 'undefined' ? 'undefined' : 'a ' + type;
  }
`;
