/**
 * Guest source, fourth part: groups on their way in, and `values`. A group that lies whole in a batch is read through a native array iterator, which
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

  let groups;
  let at = 0;
  let open = false;

  function pull() {
    const text = host.pull();
    groups = text === undefined ? undefined : parse(text);
    at = 0;
    header[slots.record] = 0;
    open = header[slots.open] === 1;
    return groups !== undefined;
  }

  const goesOn = () => open && at === groups.length - 1;

  /** The next piece of the open group, or undefined. */
  function nextPiece() {
    if (groups === undefined || !goesOn() || !pull()) return undefined;
    return groups.length === 0 ? [] : groups[0][1];
  }

  function* piecesOf(group, state) {
    for (let piece = group[1]; piece !== undefined; piece = nextPiece()) {
      state.piece = piece;
      yield piece;
      piece.length = 0;
      if (state.over) retired.next;
    }
  }

  function reduceWhole(call, group) {
    const piece = group[1];
    const values = setPrototypeOf(arrayIterator(piece), liveArray);
    call(group[0], values);
    setPrototypeOf(values, retired);
    piece.length = 0;
  }

  function reducePieces(call, group) {
    const state = { piece: group[1], over: false };
    const values = setPrototypeOf(flatMap(piecesOf(group, state), piece => piece), livePieces);
    call(group[0], values);
    state.over = true;
    setPrototypeOf(values, retired);
    state.piece.length = 0;
    while (nextPiece() !== undefined);
  }

  function eachGroup(call) {
    while (pull()) {
      for (; groups !== undefined && at < groups.length; at++) {
        header[slots.record] = at;
        if (goesOn()) reducePieces(call, groups[at]);
        else reduceWhole(call, groups[at]);
      }
    }
    handOver();
  }
`;
