/**
 * Guest source, third part: what the user's functions give back. `map` returns any iterable of pairs; `reduce` and `combine` return one pair as an
 * array, or another iterable of pairs. Whatever else comes is an error that says what to do, never silently nothing.
 */
export const returnsSource = `
  function emitPair(pair, name) {
    if (!isArray(pair) || pair.length !== 2) {
      const length = isArray(pair) ? ' of ' + pair.length : '';
      throw new TypeErrorOwn(name + ' gave ' + kindOf(pair) + length + ' where a [key, value] pair is expected' + (name === 'map' ? '; return a list of pairs, as [[key, value]]' : ''));
    }
    emit(pair[0], pair[1]);
  }

  function emitIterable(result, name, accepted) {
    if (result !== null && typeof result === 'object') {
      refusePromise(result, name);
      if (typeof result[iteratorSymbol] === 'function') {
        for (const pair of result) emitPair(pair, name);
        return;
      }
    }
    throw new TypeErrorOwn(name + ' returned ' + kindOf(result) + '; ' + accepted);
  }

  function refusePromise(result, name) {
    if (typeof result.then === 'function' || typeof result[asyncIteratorSymbol] === 'function') {
      throw new TypeErrorOwn(name + ' is asynchronous, but user functions are synchronous; remove async and await');
    }
  }

  function emitMapped(result) {
    if (isArray(result)) {
      for (let i = 0; i < result.length; i++) emitPair(result[i], 'map');
    } else {
      emitIterable(result, 'map', 'return an iterable of [key, value] pairs, call ctx.emit(key, value), or return nothing');
    }
  }

  function emitReduced(result, name) {
    if (isArray(result)) {
      if (result.length === 2) emit(result[0], result[1]);
      else throw new TypeErrorOwn(name + ' returned an array of ' + result.length + '; an array is one [key, value] pair: for more of them, use a generator or ctx.emit(key, value)');
    } else {
      emitIterable(result, name, 'return one [key, value] pair, a generator of pairs, or nothing, or call ctx.emit(key, value)');
    }
  }

  /** setup and teardown return nothing; a generator would be lost unread. */
  function emitLoose(result, name) {
    if (result === null || typeof result !== 'object') return;
    refusePromise(result, name);
    if (!isArray(result) && typeof result.next === 'function' && typeof result[iteratorSymbol] === 'function') {
      for (const pair of result) emitPair(pair, name);
    }
  }
`;
