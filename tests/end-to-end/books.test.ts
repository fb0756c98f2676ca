/** The two classic jobs over eight real books, against counts made without any MapReduce. */
import { cp, readdir, readFile } from 'node:fs/promises';
import type { JobRequest } from '@gridmr/contracts';
import { needsRunningMachine } from '@gridmr/testkit';
import { expect } from 'chai';
import { booksDirectory, linesOf, RunningStack } from './running-stack.js';

const common: Partial<JobRequest> = { input_file: '/data/books', split_size_mb: 0.1, num_reducers: 7 };

const wordCount: JobRequest = {
  ...common,
  name: 'word count',
  map_function: `(line, ctx) => { for (const word of line.match(/[A-Za-z]+/g) ?? []) ctx.emit(word, 1); }`,
  combine_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
  reduce_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
};

const invertedIndex: JobRequest = {
  ...common,
  name: 'inverted index',
  map_function: `function* map(line, ctx) { for (const word of line.match(/[A-Za-z]+/g) ?? []) yield [word, ctx.input.path]; }`,
  reduce_function: `(word, paths) => { const files = [...new Set(paths)].sort(); return [word, [files.length, files]]; }`,
};

interface Word {
  count: number;
  readonly files: Set<string>;
}

/** Counted byte by byte over whole files: no lines, no regular expression, no sorting. */
async function countIndependently(): Promise<Map<string, Word>> {
  const words = new Map<string, Word>();
  for (const name of await readdir(booksDirectory)) {
    const text = (await readFile(`${booksDirectory}/${name}`)).toString('latin1');
    let word = '';
    for (let i = 0; i <= text.length; i++) {
      const code = text.charCodeAt(i) | 0x20;
      if (i < text.length && code >= 0x61 && code <= 0x7a) {
        word += text[i];
      } else if (word !== '') {
        const entry = words.get(word) ?? { count: 0, files: new Set() };
        entry.count++;
        entry.files.add(`books/${name}`);
        words.set(word, entry);
        word = '';
      }
    }
  }
  return words;
}

async function startWithBooks(workers: number): Promise<RunningStack> {
  const stack = await RunningStack.start({ workers });
  await cp(booksDirectory, stack.directory.resolve('books'), { recursive: true });
  return stack;
}

describe('eight books in splits of 0.1 MB, with 7 reducers', function () {
  this.timeout(180_000);
  let words: Map<string, Word>;
  const firstRun = new Map<string, Map<string, Buffer>>();

  before(async () => {
    words = await countIndependently();
  });

  for (const workers of [2, 1, 3]) {
    describe(`on ${workers} worker${workers === 1 ? '' : 's'}`, () => {
      let stack: RunningStack;
      before(async function () {
        if (workers !== 2) needsRunningMachine(this);
        stack = await startWithBooks(workers);
      });
      after(() => stack?.[Symbol.asyncDispose]());

      for (const request of [wordCount, invertedIndex]) {
        it(`${request.name}: is what an independent count gives, and the same bytes as on every other run`, async () => {
          const job = await stack.run(request);
          expect(job.error).to.equal(null);
          expect(job.status).to.equal('completed');
          expect(job.tasks.map.total).to.be.greaterThan(30);
          const parts = await stack.parts(job);
          expect([...parts.keys()]).to.have.length(7);
          const expected = [...words].map(([word, { count, files }]) =>
            request === wordCount ? `${word}\t${count}` : `${word}\t${JSON.stringify([files.size, [...files].sort()])}`,
          );
          expect(linesOf(parts).sort()).to.deep.equal(expected.sort());
          if (workers === 2) expect(await stack.parts(await stack.run(request))).to.deep.equal(parts);
          const before = firstRun.get(request.name ?? '') ?? parts;
          firstRun.set(request.name ?? '', before);
          expect(parts).to.deep.equal(before);
        });
      }
    });
  }
});
