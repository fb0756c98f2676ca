/**
 * Guest source, fourth part: groups on their way in, and `values`. A batch of them has one row of values, numbers in shared memory or what JSON makes of a text; a
 * group's own are copied out of it when its turn comes. They are read through a native array iterator, which
 * costs a fifth of a hand-written one. A group that goes on in later batches is read through a native `flatMap` over its pieces, each
 * fetched by a synchronous call out; what user code leaves unread is skipped.
 *
 * Behind either stands a prototype with the standard Iterator methods, and behind that a proxy that catches what only arrays have.
 * When the group is over, the iterator gets a prototype that refuses everything.
 */
export const valuesSource = `
  const iteratorPrototype = getPrototypeOf(getPrototypeOf(arrayIterator([])));
  const flatMap = uncurry(iteratorPrototype.flatMap);
  const arrayNext = arrayIterator([]).next;
  const helperNext = flatMap(arrayIterator([]), () => []).next;
  const arrayOnly = create(null);
  for (const name of getOwnPropertyNames(Array.prototype)) if (!(name in iteratorPrototype)) arrayOnly[name] = true;

  const misuse = new ProxyOwn(objectPrototype, {
    __proto__: null,
    get(target, name) {
      if (typeof name !== 'string') return target[name];
      if (name === 'length') throw new TypeErrorOwn('values is an iterator and has no length; count with values.reduce(n => n + 1, 0), or use values.toArray() if it fits into memory');
      if (name === 'toJSON') throw new TypeErrorOwn('values is an iterator and cannot be emitted; emit values.toArray() if it fits into memory');
      if ('' + (name >>> 0) === name) throw new TypeErrorOwn('values is an iterator and cannot be indexed; loop over it, or use values.toArray() if it fits into memory');
      if (arrayOnly[name]) throw new TypeErrorOwn('values is an iterator, which has no ' + name + '; use values.toArray().' + name + ' if it fits into memory');
      return target[name];
    },
    set() { return false; },
  });
  const retired = new ProxyOwn(create(null), {
    __proto__: null,
    get() { throw new TypeErrorOwn('values was used after its group was over; keep what you need of it, not the iterator itself'); },
  });

  function livePrototype(next) {
    const prototype = create(misuse);
    for (const name of getOwnPropertyNames(iteratorPrototype)) {
      if (name !== 'constructor') defineProperty(prototype, name, { __proto__: null, value: iteratorPrototype[name] });
    }
    defineProperty(prototype, 'next', { __proto__: null, value: next });
    defineProperty(prototype, iteratorSymbol, { __proto__: null, value: function () { return this; } });
    return freeze(prototype);
  }
  const liveArray = livePrototype(arrayNext);
  const livePieces = livePrototype(helperNext);

  /** The batch: keys, where it is, and where in the row of values. */
  let groupKeys;
  let at = 0;
  let valueAt = 0;
  let areNumbers = false;
  let row;
  let open = false;

  function pull() {
    const text = host.pull();
    at = 0;
    valueAt = 0;
    header[slots.record] = 0;
    groupKeys = undefined;
    row = undefined;
    if (text === undefined) return false;
    areNumbers = header[slots.batchKind] === batchKinds.numbers;
    open = header[slots.open] === 1;
    if (!areNumbers) {
      const values = host.pullValues();
      row = setPrototypeOf(header[slots.batchKind] === batchKinds.strings ? split(values, '\\n') : parse(values), null);
    }
    groupKeys = parse(text);
    return true;
  }

  /** The values of the group at hand, or the piece of them that is in the batch. */
  function takePiece() {
    const start = valueAt;
    const values = groupCounts[at];
    valueAt += values;
    if (!areNumbers) return values === 1 ? [row[start]] : sliceArray(row, start, valueAt);
    if (values > limits.copiedValues) return sliceTyped(groupNumbers, start, valueAt);
    const piece = [];
    for (let i = 0; i < values; i++) piece[i] = groupNumbers[start + i];
    return piece;
  }

  const iteratorOf = piece => (isArray(piece) ? arrayIterator(piece) : typedIterator(piece));

  /** Nothing more comes out of an iterator that somebody kept. */
  function emptyPiece(piece) {
    if (isArray(piece)) piece.length = 0;
  }

  const goesOn = () => open && at === groupKeys.length - 1;

  /** The next piece of the open group, or undefined. */
  function nextPiece() {
    if (groupKeys === undefined || !goesOn() || !pull()) return undefined;
    return groupKeys.length === 0 ? [] : takePiece();
  }

  function* piecesOf(first, state) {
    for (let piece = first; piece !== undefined; piece = nextPiece()) {
      state.piece = piece;
      yield piece;
      emptyPiece(piece);
      if (state.over) retired.next;
    }
  }

  function reduceWhole(call, key) {
    const piece = takePiece();
    const values = setPrototypeOf(iteratorOf(piece), liveArray);
    call(key, values);
    setPrototypeOf(values, retired);
    emptyPiece(piece);
  }

  function reducePieces(call, key) {
    const piece = takePiece();
    const state = { piece, over: false };
    const values = setPrototypeOf(flatMap(piecesOf(piece, state), iteratorOf), livePieces);
    call(key, values);
    state.over = true;
    setPrototypeOf(values, retired);
    emptyPiece(state.piece);
    while (nextPiece() !== undefined);
  }

  function eachGroup(call) {
    while (pull()) {
      for (; groupKeys !== undefined && at < groupKeys.length; at++) {
        header[slots.record] = at;
        if (goesOn()) reducePieces(call, groupKeys[at]);
        else reduceWhole(call, groupKeys[at]);
      }
    }
    handOver();
  }
`;
