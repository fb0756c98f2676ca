import { jobRequestSchema } from '@gridmr/contracts';
import {
  goodPrograms,
  hostileInputs,
  hostileText,
  jobRequestFor,
  makeHostileText,
  makeText,
  propertyOptions,
  randomFor,
  readRecords,
  runOracle,
} from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';

describe('the catalogue of good programs', () => {
  it('has a name of its own for each', () => {
    expect(new Set(goodPrograms.map(program => program.name)).size).to.equal(goodPrograms.length);
  });

  for (const program of goodPrograms) {
    it(`runs: ${program.name}`, async () => {
      const kind = program.input === 'any' ? 'words' : program.input;
      const bytes = makeText(randomFor(program.name), kind, 200);
      const { source, numReducers, parameters, name } = program;
      const result = await runOracle({ program: source, inputs: [{ path: 'x', bytes }], numReducers, parameters });
      expect(result.counters.map_input_records).to.equal(200);
      if (name !== 'nothing emitted at all') expect(result.sortedLines).not.to.deep.equal([]);
      expect(jobRequestSchema.safeParse(jobRequestFor(program, { input_file: 'x' })).error).to.equal(undefined);
    });

    if (program.input !== 'any') continue;
    it(`runs on hostile text: ${program.name}`, async () => {
      const { source, numReducers, parameters } = program;
      await runOracle({ program: source, inputs: hostileInputs.map(namedInput), numReducers, parameters });
    });
  }
});

function namedInput({ name, bytes }: { name: string; bytes: Uint8Array }) {
  return { path: name, bytes };
}

describe('hostile text', () => {
  it('is the same for the same seed', () => {
    const make = () => makeHostileText(randomFor('hostile'), 5000);
    expect(Buffer.compare(make(), make())).to.equal(0);
    expect(make().length).to.be.within(5000, 6000);
  });

  it('comes with line feeds, carriage returns, NUL, invalid UTF-8 and long lines', () => {
    const records = readRecords({ path: 'a', bytes: makeHostileText(randomFor('hostile'), 20_000) }, 'text').map(r =>
      String(r.record),
    );
    for (const sign of ['\r', '\0', '\ufffd', '😀', 'x'.repeat(300)]) {
      expect(
        records.some(record => record.includes(sign)),
        JSON.stringify(sign),
      ).to.equal(true);
    }
  });

  it('has as many records as line feeds, or one more', () => {
    fc.assert(
      fc.property(hostileText, bytes => {
        const feeds = bytes.filter(byte => byte === 0x0a).length;
        expect(readRecords({ path: 'a', bytes }, 'text').length).to.be.oneOf([feeds, feeds + 1]);
      }),
      propertyOptions(200),
    );
  });
});
