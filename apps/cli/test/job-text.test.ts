/** What the command says of jobs, and how it puts requests together. */
import { expect } from 'chai';
import { overrideFields } from '../dist/job-file/override-fields.js';
import { describeFailure } from '../dist/output/failed-job.js';
import { markedSource } from '../dist/output/marked-source.js';
import { bytesText, durationText } from '../dist/output/sizes.js';
import { printable, textTable } from '../dist/output/text-table.js';

describe('a marked source', () => {
  it('shows the line that matters between its neighbours, with a caret under the column', () => {
    expect(markedSource('a\nb\nc = d\ne\nf\ng', 3, 5)).to.deep.equal([
      '  1 | a',
      '  2 | b',
      '> 3 | c = d',
      '    |     ^',
      '  4 | e',
      '  5 | f',
    ]);
  });

  it('does not run over the ends of the source', () => {
    expect(markedSource('only', 1, 1)).to.deep.equal(['> 1 | only', '    | ^']);
  });
});

describe('a failure', () => {
  it('does not let a record steer the terminal', () => {
    const error = { code: 'user_code_error', message: 'no \x1b[2J', record: 'a\tb\r\x07' } as const;
    const text = describeFailure(error, { path: 'x.mjs', source: undefined }).join('\n');
    expect(text).to.contain('no \\x1b[2J').and.to.contain('a b\\x0d\\x07');
  });

  it('of a function of its own names that function, and marks its own source', () => {
    const source = { form: 'functions', map_function: 'x => {\n  y();\n}' } as const;
    const error = { code: 'user_code_error', message: 'm', function: 'map_function', line: 2, column: 3 } as const;
    const lines = describeFailure(error, { path: 'job.json', source });
    expect(lines[0]).to.equal('map_function:2:3: m  (user_code_error)');
    expect(lines).to.include('> 2 |   y();');
  });
});

describe('fields of a request', () => {
  it('that an option gives take the place of all that say the same', () => {
    const file = { name: 'words', input_file: 'a', split_size: 4, num_reducers: 2 };
    expect(overrideFields(file, { inputs: ['b'], split_size_mb: 1 })).to.deep.equal({
      name: 'words',
      inputs: ['b'],
      split_size_mb: 1,
      num_reducers: 2,
    });
  });

  it('keep a job_name of the file instead of the name of the file', () => {
    expect(overrideFields({ name: 'file', job_name: 'own' }, {})).to.deep.equal({ job_name: 'own' });
    expect(overrideFields({ name: 'file', job_name: 'own' }, { name: 'given' })).to.deep.equal({ name: 'given' });
  });
});

describe('texts', () => {
  it('of sizes and durations are short', () => {
    expect([bytesText(0), bytesText(999), bytesText(1_234_567), bytesText(5e9)]).to.deep.equal([
      '0 B',
      '999 B',
      '1.23 MB',
      '5.00 GB',
    ]);
    expect([durationText(1234), durationText(12_345), durationText(185_000)]).to.deep.equal([
      '1.23 s',
      '12.3 s',
      '3 min 5 s',
    ]);
  });

  it('of tables stand in columns', () => {
    expect(textTable(['a', 'long'], [['wide', 'x']])).to.deep.equal(['a     long', 'wide  x']);
    expect(printable('\u009b31m')).to.equal('\\x9b31m');
  });
});
