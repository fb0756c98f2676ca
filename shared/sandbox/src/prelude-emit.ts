/**
 * Guest source, second part: pairs on their way out. They gather in arrays, which the host reads where they lie, many at once. The commonest pair, a string and a
 * number, takes the shortest way: every operation on it counts, and one budget (`room`) stands for all limits: of pairs, of text, and of what the short way is for.
 *
 * Invariant: all that may run user code (`toJSON`, getters, `partition`) runs before a pair is stored, so a pair emitted from in there
 * comes before it and never between its key and its value. Objects become text at once: what user code changes later does not change the pair.
 */
export const emitSource = String.raw`
  const NUMBERS = valueKinds.numbers, TEXTS = valueKinds.texts;
  const keys = list();
  const texts = list();
  let count = 0;
  /** Where bad records are skipped: of these, the pairs of records that have ended. */
  let mark = 0;
  let valueKind = NUMBERS;
  let partition;
  let numReducers = 0;
  /** What may still be gathered: each pair takes its text and limits.pair. */
  let left = limits.room;
  /** The same while a short way is open, which it is without a partition function only: while all values are numbers, or none has to be JSON. Else nothing. */
  let room = limits.room;
  let textRoom = 0;

  function emit(key, value) {
    if (typeof key === 'string') {
      if (typeof value === 'number') {
        if ((room -= key.length + limits.pair) > 0) {
          keys[count] = key;
          numbers[count++] = value;
          return;
        }
      } else if (typeof value === 'string' && (textRoom -= key.length + value.length + limits.pair) > 0) {
        keys[count] = key;
        texts[count++] = value;
        return;
      }
    }
    emitAny(key, value);
  }

  function emitAny(key, value) {
    const type = typeof value;
    const isJson = type !== 'number' && type !== 'string' && type !== 'boolean' && value !== null && value !== undefined;
    const ownValue = isJson ? jsonOf(value, type) : value;
    const valueSize = type === 'string' || isJson ? ownValue.length : 0;
    if (valueSize > limits.valueLength) throw new RangeErrorOwn('a value is longer than ' + limits.valueLength + ' bytes; emit smaller values');
    let keySize = 8;
    let ownKey = key;
    if (typeof key === 'string') keySize = key.length;
    else {
      const size = { units: 0 };
      ownKey = copyKey(key, 0, size);
      keySize = size.units;
    }
    if (keySize > limits.keyLength) throw new RangeErrorOwn('a key is longer than ' + limits.keyLength + ' bytes; emit shorter keys');
    const part = partition === undefined ? 0 : partitionOf(key);

    // From here on no user code runs.
    const kind = type === 'number' ? NUMBERS : TEXTS;
    if (count > 0 && (budget() <= 0 || (valueKind === NUMBERS && kind === TEXTS))) handOver();
    if (count === 0) {
      valueKind = kind;
      if (partition === undefined) {
        room = kind === NUMBERS ? limits.room : 0;
        textRoom = kind === TEXTS ? limits.room : 0;
      }
    }
    if (isArray(ownKey)) {
      ownKey = stringify(ownKey);
      keyMarks[count] = 1;
      header[slots.markedKeys] = 1;
    }
    keys[count] = ownKey;
    partitions[count] = part;
    if (valueKind === NUMBERS) numbers[count] = value;
    else {
      texts[count] = ownValue;
      if (isJson) {
        valueMarks[count] = 1;
        header[slots.markedValues] = 1;
      }
    }
    count++;
    const size = keySize + valueSize + limits.pair;
    if (partition !== undefined) left -= size;
    else if (valueKind === NUMBERS) room -= size;
    else textRoom -= size;
  }

  const budget = () => (partition !== undefined ? left : valueKind === NUMBERS ? room : textRoom);

  function jsonOf(value, type) {
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
      if (size.units > limits.keyLength) break;
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

  /** @param always also without pairs, where the host must know that records have ended */
  function handOver(always = false) {
    if (count > 0 || always) {
      header[slots.count] = count;
      header[slots.valueKind] = valueKind;
      header[slots.settled] = mark;
      host.handOver(keys, texts, header[slots.noted] === 1 ? notes() : undefined);
      keys.length = 0;
      texts.length = 0;
    }
    startColumns();
  }

  /** Forgets what the record at hand has emitted, but for what was handed over already, which is the host's to forget. */
  function dropPairs() {
    if (header[slots.markedKeys] === 1) for (let i = mark; i < count; i++) keyMarks[i] = 0;
    if (header[slots.markedValues] === 1) for (let i = mark; i < count; i++) valueMarks[i] = 0;
    if (keys.length > mark) keys.length = mark;
    if (texts.length > mark) texts.length = mark;
    if (mark === 0) startColumns();
    else count = mark;
  }

  function startColumns() {
    count = 0;
    mark = 0;
    valueKind = NUMBERS;
    left = limits.room;
    room = partition === undefined ? limits.room : 0;
    textRoom = 0;
  }
`;
