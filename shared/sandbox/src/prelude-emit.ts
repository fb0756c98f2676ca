/**
 * Guest source, second part: pairs on their way out. They gather here and cross the border many at once: keys joined by newlines, numbers in a typed
 * array that the host reads in place, other values as text. The commonest pair, a string and a number, takes the shortest way.
 *
 * Invariant: all that may run user code (`toJSON`, getters, `partition`) runs before a pair is stored, so a pair emitted from in there
 * comes before it and never between its key and its value. Objects become text at once: what user code changes later does not change the pair.
 */
export const emitSource = String.raw`
  const NUMBERS = valueKinds.numbers, STRINGS = valueKinds.strings, TEXTS = valueKinds.json;
  const { pairs: pairsMax, pairText: pairTextMax, keyLength: keyLengthMax, valueLength: valueLengthMax } = limits;
  const keys = list();
  const texts = list();
  let count = 0;
  let textLength = 0;
  let plainKeys = true;
  let valueKind = NUMBERS;
  let partition;
  let numReducers = 0;

  function emit(key, value) {
    if (typeof key === 'string' && typeof value === 'number' && valueKind === NUMBERS && partition === undefined && key.length <= keyLengthMax) {
      keys[count] = key;
      numbers[count] = value;
      textLength += key.length;
    } else {
      emitAny(key, value);
    }
    if (++count === pairsMax || textLength > pairTextMax) handOver();
  }

  function emitAny(key, value) {
    const type = typeof value;
    const text = type === 'number' ? undefined : type === 'string' ? value : jsonOf(value, type);
    if (text !== undefined && text.length > valueLengthMax) throw new RangeErrorOwn('a value is longer than ' + valueLengthMax + ' bytes; emit smaller values');
    let keySize = 8;
    let ownKey = key;
    if (typeof key === 'string') keySize = key.length;
    else {
      const size = { units: 0 };
      ownKey = copyKey(key, 0, size);
      keySize = size.units;
    }
    if (keySize > keyLengthMax) throw new RangeErrorOwn('a key is longer than ' + keyLengthMax + ' bytes; emit shorter keys');
    const part = partition === undefined ? 0 : partitionOf(key);

    // From here on no user code runs.
    if (typeof key !== 'string') plainKeys = false;
    keys[count] = ownKey;
    partitions[count] = part;
    textLength += keySize + (text === undefined ? 0 : text.length);
    if (count === 0) valueKind = type === 'number' ? NUMBERS : type === 'string' ? STRINGS : TEXTS;
    if (type === 'number' && valueKind === NUMBERS) numbers[count] = value;
    else if (type === 'string' && valueKind === STRINGS) texts[count] = text;
    else {
      if (valueKind !== TEXTS) valuesToJson();
      texts[count] = type === 'number' || type === 'string' ? stringify(value) : text;
    }
  }

  function valuesToJson() {
    for (let i = 0; i < count; i++) texts[i] = stringify(valueKind === NUMBERS ? numbers[i] : texts[i]);
    valueKind = TEXTS;
  }

  function jsonOf(value, type) {
    if (value === undefined) return 'null';
    if (type === 'bigint') throw new TypeErrorOwn('a value is a BigInt, which JSON cannot hold; emit Number(value) or String(value)');
    if (type === 'function' || type === 'symbol') throw new TypeErrorOwn('a value is a ' + type + ', which JSON cannot hold; emit strings, numbers, booleans, null, arrays or objects');
    const text = stringify(value);
    return text === undefined ? 'null' : text;
  }

  function copyKey(key, depth, size) {
    const type = typeof key;
    size.units += type === 'string' ? key.length + 2 : 8;
    if (type === 'string' || type === 'boolean') return key;
    if (type === 'number') {
      if (!isFinite(key)) throw new TypeErrorOwn('a key is ' + key + '; numbers in keys must be finite');
      return key + 0;
    }
    if (!isArray(key)) throw new TypeErrorOwn('a key must be a string, a number, a boolean or an array of these, but it is ' + kindOf(key));
    if (depth === limits.keyDepth) throw new TypeErrorOwn('a key nests arrays deeper than ' + limits.keyDepth + ' levels');
    const copy = list();
    const { length } = key;
    for (let i = 0; i < length; i++) {
      if (size.units > keyLengthMax) break;
      copy[i] = copyKey(key[i], depth + 1, size);
    }
    return copy;
  }

  function partitionOf(key) {
    header[slots.partitioning] = 1;
    const part = partition(key, numReducers);
    if (typeof part !== 'number' || !isInteger(part) || part < 0 || part >= numReducers) {
      throw new RangeErrorOwn('partition returned ' + kindOf(part) + '; return an integer from 0 to ' + (numReducers - 1));
    }
    header[slots.partitioning] = 0;
    return part;
  }

  function handOver() {
    if (count === 0) return;
    keys.length = count;
    const keyText = plainKeys ? join(keys, '\n') : undefined;
    if (keyText === undefined || indexOf(keyText, '\0') !== -1) keysToJson();
    if (valueKind === STRINGS) {
      texts.length = count;
      const joined = join(texts, '\n');
      if (indexOf(joined, '\0') !== -1 || !isWellFormed(joined)) valuesToJson();
    }
    send(plainKeys ? toWellFormed(keyText) : stringify(keys));
    keys.length = 0;
    texts.length = 0;
    count = 0;
    textLength = 0;
    plainKeys = true;
    valueKind = NUMBERS;
  }

  function keysToJson() {
    plainKeys = false;
  }

  function send(keyText) {
    for (let text = keyText; ; text = plainKeys ? keyText : stringify(keys)) {
      if (valueKind !== NUMBERS) texts.length = count;
      header[slots.count] = count;
      header[slots.keyKind] = plainKeys ? keyKinds.plain : keyKinds.json;
      header[slots.valueKind] = valueKind;
      const answer = host.handOver(text, valueKind === NUMBERS ? '' : join(texts, '\n'));
      if (answer === answers.taken) return;
      if (answer === answers.keysAsJson) keysToJson();
      else valuesToJson();
    }
  }
`;
