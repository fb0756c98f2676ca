/**
 * Guest source, fifth part: records on their way in, a block of them per call. What makes a record here runs no user code, so a failure in it is the input's
 * fault: it is marked in the header, and the host says where the record stands.
 *
 * Lines and fields are cut by the engine's own `split`, JSON is read by its own parser. A record of CSV is made by a function that is generated from the columns'
 * names, an object literal. Measured per MiB of ten columns: 26 MB/s; setting properties in a loop 1.6; cutting fields in the guest, character by character, 1.5;
 * rows as JSON 3.8, which is what rare blocks take (`csv-rows.ts` of the engine).
 */
const partsSource = String.raw`
  let inputPath;
  let columnCount = 0;
  let recordOf;

  function openInput(path) {
    inputPath = path;
  }

  function refuse(fault) {
    header[slots.invalid] = 1;
    throw new TypeErrorOwn(fault);
  }

  /** The host has counted as well: a program that redefined how strings are split would lose records silently. */
  function checkCount(mapped, records) {
    if (mapped !== records) throw new TypeErrorOwn('the block was not split into its ' + records + ' records: the program has changed how strings are split');
  }

  function isBlank(line) {
    for (let i = 0; i < line.length; i++) {
      const unit = charCodeAt(line, i);
      if (unit !== 32 && unit !== 9 && unit !== 13) return false;
    }
    return true;
  }

  /** A line's value; undefined for a blank line. */
  function parseLine(line) {
    if (line === '') return undefined;
    try {
      return parse(line);
    } catch (error) {
      if (getPrototypeOf(error) !== syntaxErrorPrototype) throw error;
      if (isBlank(line)) return undefined;
      refuse('is not JSON: ' + textOf(error.message));
    }
  }

  /** In an object literal, only the computed form of __proto__ is a name like others. */
  function setColumns(text) {
    const names = parse(text);
    columnCount = names.length;
    let fields = '';
    for (let i = 0; i < columnCount; i++) fields += '[' + stringify(names[i]) + ']: f[' + i + '], ';
    recordOf = FunctionOwn('return f => ({ ' + fields + '})')();
  }
`;

/** What stands around a record, and behind the last of a block: nothing where the first bad record fails the attempt. */
interface Surroundings {
  readonly before: string;
  readonly after: string;
  /** @param records how many have ended */
  end(records: string): string;
}

const failing: Surroundings = { before: '', after: '', end: () => 'handOver();' };
const skipping: Surroundings = {
  before: 'mark = count; serial++; try {',
  after: '} catch (error) { skipRecord(error); }',
  end: records => `settle(${records});`,
};

function loopsSource({ before, after, end }: Surroundings): string {
  return String.raw`
  function mapText(text, records, trim) {
    const { map } = user;
    const lines = split(text, '\n');
    const ended = lines.length - 1;
    if (records !== lines.length && (records !== ended || lines[ended] !== '')) checkCount(lines.length, records);
    for (let i = 0; i < records; i++) {
      header[slots.record] = i;
      ${before}
        let line = lines[i];
        if (trim && i < ended && charCodeAt(line, line.length - 1) === 13) line = slice(line, 0, -1);
        const result = map(line, ctx);
        if (result !== undefined) emitMapped(result);
      ${after}
    }
    ${end('records')}
  }

  function mapJsonLines(text, records) {
    const { map } = user;
    const lines = split(text, '\n');
    let mapped = 0;
    for (let i = 0; i < lines.length; i++) {
      header[slots.record] = i;
      mapped++;
      ${before}
        const record = parseLine(lines[i]);
        if (record === undefined) {
          mapped--;
          continue;
        }
        const result = map(record, ctx);
        if (result !== undefined) emitMapped(result);
      ${after}
    }
    checkCount(mapped, records);
    ${end('lines.length')}
  }

  /** rows: the block's text, or a list of lists of fields. */
  function mapCsv(rows, records, rowSeparator, fieldSeparator, trim) {
    const { map } = user;
    const isText = typeof rows === 'string';
    const list = isText ? split(rows, rowSeparator) : rows;
    let mapped = 0;
    for (let i = 0; i < list.length; i++) {
      header[slots.record] = i;
      let fields = list[i];
      if (isText) {
        if (trim && charCodeAt(fields, fields.length - 1) === 13) fields = slice(fields, 0, -1);
        if (fields === '') continue;
        fields = split(fields, fieldSeparator);
      } else if (fields.length === 0) continue;
      mapped++;
      ${before}
        if (fields.length !== columnCount) refuse('has ' + fields.length + (fields.length === 1 ? ' field' : ' fields') + ', but the first line of the file names ' + columnCount);
        const result = map(recordOf(fields), ctx);
        if (result !== undefined) emitMapped(result);
      ${after}
    }
    checkCount(mapped, records);
    ${end('list.length')}
  }

  function mapFile(record) {
    header[slots.record] = 0;
    ${before}
      const result = user.map(record, ctx);
      if (result !== undefined) emitMapped(result);
    ${after}
    ${end('1')}
  }

  return { __proto__: null, mapText, mapJsonLines, mapCsv, mapFile };
`;
}

const entriesSource = String.raw`
  const recordEntries = {
    openInput, setColumns,
    mapText: (text, records, trim) => recordLoops.mapText(text, records, trim),
    mapJsonLines: (text, records) => recordLoops.mapJsonLines(text, records),
    mapTextJson: (text, records, trim) => recordLoops.mapText(parse(text), records, trim),
    mapJsonLinesJson: (text, records) => recordLoops.mapJsonLines(parse(text), records),
    mapLinesCsv: (text, records, trim) => recordLoops.mapCsv(text, records, '\n', ',', trim),
    mapLinesCsvJson: (text, records, trim) => recordLoops.mapCsv(parse(text), records, '\n', ',', trim),
    mapSeparatedCsv: (text, records) => recordLoops.mapCsv(text, records, '\x1e', '\x1f', false),
    mapSeparatedCsvJson: (text, records) => recordLoops.mapCsv(parse(text), records, '\x1e', '\x1f', false),
    mapRowsCsvJson: (text, records) => recordLoops.mapCsv(parse(text), records, '', '', false),
    mapWholeFile: text => recordLoops.mapFile({ path: inputPath, text }),
    mapWholeFileJson: text => recordLoops.mapFile({ path: inputPath, text: parse(text) }),
    mapBytes: buffer => recordLoops.mapFile({ path: inputPath, bytes: new Uint8ArrayOwn(buffer) }),
  };
`;

export const recordsSource = [
  partsSource,
  `  const failingLoops = (() => {${loopsSource(failing)}  })();`,
  `  const skippingLoops = (() => {${loopsSource(skipping)}  })();`,
  '  let recordLoops = failingLoops;',
  entriesSource,
].join('\n');
