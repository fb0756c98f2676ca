/**
 * Guest source, last part: what user code sees of its attempt (`ctx`), and the entries that the host calls. Randomness comes from the ids of job
 * and task (sfc32 seeded by cyrb128), so that two attempts of a task see the same.
 */
export const contextSource = String.raw`
  const counters = create(null);
  const logLines = list();
  let droppedLines = 0;
  let counterNames = 0;
  /** How many log lines the host has. */
  let linesTold = 0;
  let user;

  /**
   * Where bad records are skipped: counts that the record at hand has changed, as they were before. Records are told apart by a serial number; what is kept
   * of another one is void.
   */
  let skipping = false;
  let serial = 1;
  let changedBy = 0;
  let changes = 0;
  let loggedBy = 0;
  let linesBefore = 0;
  const changed = list();
  const keptBy = create(null);
  const keptCount = create(null);

  function keepCount(name, before) {
    header[slots.noted] = 1;
    if (keptBy[name] === serial) return;
    if (changedBy !== serial) changes = 0;
    changedBy = serial;
    keptBy[name] = serial;
    keptCount[name] = before;
    changed[changes++] = name;
  }

  function restoreCounts() {
    if (changedBy !== serial) return;
    for (let i = 0; i < changes; i++) {
      const name = changed[i];
      if (keptCount[name] === undefined) {
        delete counters[name];
        counterNames--;
      } else counters[name] = keptCount[name];
    }
    changedBy = 0;
  }

  /** The record at hand is bad: it has emitted and counted nothing. What it logged stays, since that may say why. Reading the error may run user code. */
  function skipRecord(error) {
    const text = readError(error);
    dropPairs();
    restoreCounts();
    serial++;
    const isFull = host.skip(text);
    header[slots.partitioning] = 0;
    header[slots.invalid] = 0;
    if (isFull !== true) return;
    header[slots.record]++;
    handOver(true);
  }

  /** All records of a block have ended. */
  function settle(records) {
    header[slots.record] = records;
    mark = count;
    serial++;
    handOver();
  }
  let ctx;

  function countUp(name, n = 1) {
    if (typeof name !== 'string' || name === '' || name.length > limits.counterName) throw new TypeErrorOwn('ctx.count needs a name of 1 to ' + limits.counterName + ' characters');
    if (typeof n !== 'number' || !isFinite(n)) throw new TypeErrorOwn('ctx.count needs a finite number, but got ' + kindOf(n));
    const before = counters[name];
    if (before === undefined && ++counterNames > limits.counters) throw new RangeErrorOwn('ctx.count was called with more than ' + limits.counters + ' names; emit such counts as pairs');
    const sum = (before ?? 0) + n;
    if (!isFinite(sum)) throw new RangeErrorOwn('the counter ' + name + ' is too large');
    if (skipping) keepCount(name, before);
    counters[name] = sum;
  }

  function log(text) {
    const line = slice(StringOwn(text), 0, limits.logLine);
    if (skipping) {
      header[slots.noted] = 1;
      if (loggedBy !== serial) linesBefore = logLines.length;
      loggedBy = serial;
    }
    if (logLines.length < limits.logLines) logLines[logLines.length] = line;
    else droppedLines++;
  }

  function freezeAll(value) {
    if (value === null || typeof value !== 'object') return value;
    const names = getOwnPropertyNames(value);
    for (let i = 0; i < names.length; i++) if (names[i] !== 'length') freezeAll(value[names[i]]);
    return freeze(value);
  }

  function seedRandom(text) {
    let a = 1779033703, b = 3144134277, c = 1013904242, d = 2773480762;
    for (let i = 0; i < text.length; i++) {
      const unit = charCodeAt(text, i);
      a = b ^ imul(a ^ unit, 597399067);
      b = c ^ imul(b ^ unit, 2869860233);
      c = d ^ imul(c ^ unit, 951274213);
      d = a ^ imul(d ^ unit, 2716044179);
    }
    const next = () => {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      return t >>> 0;
    };
    for (let i = 0; i < 12; i++) next();
    const random = { random() { return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992; } };
    Math.random = random.random;
  }

  /** Before user code is loaded: it may ask for randomness at once. */
  function prepare(text) {
    const known = parse(text);
    seedRandom(known.seed);
    numReducers = known.numReducers;
    skipping = known.skipping;
    if (skipping) recordLoops = skippingLoops;
    const { input } = known;
    if (input !== null) {
      inputPath = input.path;
      defineProperty(input, 'path', { __proto__: null, enumerable: true, get: () => inputPath });
      defineProperty(input, 'offset', { __proto__: null, enumerable: true, get: () => host.offset() });
    }
    ctx = { count: countUp, log, params: freezeAll(known.params), input: input === null ? null : freeze(input), task: freeze(known.task) };
    defineProperty(ctx, 'emit', { __proto__: null, enumerable: true, value: emit });
  }

  /** Takes over the user's functions. Answers what is wrong with them, or what they are as a list in JSON. */
  function adopt(functions, partitioned) {
    user = create(null);
    const wanted = ['map', 'reduce', 'combine', 'partition', 'setup', 'teardown'];
    for (let i = 0; i < wanted.length; i++) {
      const name = wanted[i];
      const given = functions[name];
      if (given === undefined) continue;
      if (typeof given !== 'function') return name + ' is ' + kindOf(given) + ', not a function; give source text that evaluates to a function';
      user[name] = given;
    }
    if (user.map === undefined) return 'map is undefined, not a function; give source text that evaluates to a function';
    partition = partitioned ? user.partition : undefined;
    handOver();
    return described();
  }

  /** The text of a function, by which the host may know it; '' if there is none or it is long. */
  function sourceText(name) {
    const given = user[name];
    if (given === undefined) return '';
    const text = sourceOf(given);
    return text.length > limits.knownSource ? '' : text;
  }

  function holds(object, name, value) {
    const property = getOwnPropertyDescriptor(object, name);
    return property !== undefined && property.value === value;
  }

  function described() {
    const facts = list();
    facts[0] = sourceText('combine');
    facts[1] = sourceText('reduce');
    facts[2] = user.setup !== undefined;
    facts[3] = user.teardown !== undefined;
    facts[4] = holds(global, 'Set', SetOwn) && holds(setPrototype, 'add', addToSet);
    return stringify(facts);
  }

  function runOnce(name) {
    const run = user[name];
    if (run !== undefined) emitLoose(run(ctx), name);
    serial++;
    handOver();
  }

  function groupsInto(name) {
    const run = user[name];
    eachGroup((key, values) => {
      const result = run(key, values, ctx);
      if (result !== undefined) emitReduced(result, name);
    });
    serial++;
  }

  /** All counts, and the log lines that the host does not have yet; nothing of a record that may still turn out bad. */
  function notes() {
    const names = getOwnPropertyNames(counters);
    const entries = list();
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const isKept = keptBy[name] === serial;
      if (isKept && keptCount[name] === undefined) continue;
      const entry = list();
      entry[0] = name;
      entry[1] = isKept ? keptCount[name] : counters[name];
      entries[entries.length] = entry;
    }
    const lines = list();
    const end = loggedBy === serial ? linesBefore : logLines.length;
    while (linesTold < end) lines[lines.length] = logLines[linesTold++];
    header[slots.noted] = changedBy === serial || loggedBy === serial ? 1 : 0;
    const both = create(null);
    both.counters = entries;
    both.logLines = lines;
    both.droppedLines = droppedLines;
    return stringify(both);
  }

  /** A guest that goes on where another one ended: what its own setup counted and logged was counted and logged before. */
  function forgetNotes() {
    const names = getOwnPropertyNames(counters);
    for (let i = 0; i < names.length; i++) delete counters[names[i]];
    counterNames = 0;
    logLines.length = 0;
    droppedLines = 0;
    header[slots.noted] = 0;
  }

  /** An error as [name, message, stack], whatever it is and does. */
  function readError(error) {
    const parts = setPrototypeOf(['', '', ''], null);
    try {
      if (error !== null && (typeof error === 'object' || typeof error === 'function')) {
        parts[2] = textOf(error.stack);
        parts[0] = textOf(error.name);
        parts[1] = textOf(error.message);
        if (parts[1] === '' && parts[2] === '') parts[1] = 'threw ' + textOf(stringify(error));
      } else {
        parts[1] = 'threw ' + (error === null || typeof error === 'symbol' ? textOf(StringOwn(error)) : kindOf(error));
      }
    } catch {
      if (parts[1] === '') parts[1] = 'threw something that cannot be read';
    }
    return stringify(parts);
  }

  return {
    __proto__: null, prepare, adopt, runOnce, groupsInto, notes, forgetNotes, readError, ...recordEntries,
  };
`;
