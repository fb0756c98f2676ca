/** Both builds of the engine compute what V8 computes, over a corpus of programs. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { type CompiledEngine, compilePublishedQuickJs, compileQuickJs, openQuickJsSandbox } from '@gridmr/sandbox';
import { randomFor } from '@gridmr/testkit';
import { expect } from 'chai';
import { readOptimised } from '../dist/quickjs-module.js';
import { attempt, type Pair } from './attempt.js';
import { algorithms } from './engine-corpus/algorithms.js';
import { collections } from './engine-corpus/collections.js';
import { generateProgram } from './engine-corpus/generated.js';
import { language } from './engine-corpus/language.js';
import { numbers } from './engine-corpus/numbers.js';
import { searchCharacters, searchUnits } from './engine-corpus/searches.js';
import { strings } from './engine-corpus/strings.js';
import { userFunctions } from './engine-corpus/user-functions.js';

const generatedCount = 200;
const searchCount = 1000;
const random = randomFor('programs for the engine');
/** V8 finds empty matches in the middle of a character, which the standard forbids. */
const notOnV8 = Array.from({ length: searchCount }, () => searchCharacters(random));
const corpus = {
  numbers,
  strings,
  collections,
  language,
  algorithms,
  'user functions': userFunctions,
  'generated programs': Array.from({ length: generatedCount }, () => generateProgram(random)),
  'generated searches': Array.from({ length: searchCount }, () => searchUnits(random)),
};

/**
 * A map function that runs program number `line`, and says its result so that -0, NaN and undefined are told apart. What V8 calls a RangeError (a string that would get too
 * long, for one) is an InternalError to QuickJS.
 */
function runnerOf(programs: readonly string[]): string {
  return `line => {
    const show = value => {
      if (Object.is(value, -0)) return '-0';
      if (typeof value === 'string') return JSON.stringify(value);
      if (typeof value === 'bigint') return value + 'n';
      if (typeof value !== 'object' || value === null) return String(value);
      if (Array.isArray(value)) return '[' + Array.from(value, show).join() + ']';
      return '{' + Object.keys(value).map(key => key + ':' + show(value[key])).join() + '}';
    };
    const programs = [${programs.map(program => `() => (${program})`).join(',\n')}];
    let said;
    try {
      said = show(programs[line]());
    } catch (error) {
      said = 'threw ' + error.name.replace('InternalError', 'RangeError');
    }
    return [[Number(line), said]];
  }`;
}

async function resultsOn({ module }: CompiledEngine, programs: readonly string[]): Promise<unknown[]> {
  const lines = programs.map((_program, i) => `${i}\n`).join('');
  const { pairs } = await attempt(
    request => openQuickJsSandbox({ module, ...request }),
    { map: runnerOf(programs) },
    {
      text: lines,
      deadlineMs: 60_000,
    },
  );
  return pairs.map(({ value }: Pair) => value);
}

function resultsOnV8(programs: readonly string[]): unknown[] {
  const run = runInNewContext(runnerOf(programs)) as (line: string) => [[number, unknown]];
  return programs.map((_program, i) => run(String(i))[0][1]);
}

describe('the builds of the engine', function () {
  this.timeout(60_000);
  let published: CompiledEngine;
  let fastest: CompiledEngine;

  before(async () => {
    published = await compilePublishedQuickJs();
    fastest = await compileQuickJs();
  });

  it('include an optimised one, and it is the one that is used', () => {
    expect(fastest.build).to.equal('optimised');
  });

  it('are tried with more than 300 programs', () => {
    expect(Object.values(corpus).flat().length).to.be.greaterThan(300);
  });

  for (const [name, programs] of Object.entries(corpus)) {
    it(`compute the same as V8: ${name} (${programs.length} programs)`, async () => {
      const expected = resultsOnV8(programs);
      for (const engine of [published, fastest]) {
        const results = await resultsOn(engine, programs);
        const differing = programs.flatMap((program, i) =>
          results[i] === expected[i] ? [] : [{ build: engine.build, program, got: results[i], v8: expected[i] }],
        );
        expect(differing).to.deep.equal([]);
      }
    });
  }

  it(`compute the same as each other: generated searches of whole characters (${notOnV8.length} programs)`, async () => {
    expect(await resultsOn(fastest, notOnV8)).to.deep.equal(await resultsOn(published, notOnV8));
  });

  for (const [what, search] of Object.entries({
    'a character': '/x/',
    'a class': '/[x-z]/',
    'a group': '/(x)y/',
  })) {
    for (const [kind, unit] of Object.entries({ bytes: 'a', '16-bit units': '\u03a9' })) {
      it(`skip what cannot match if optimised: four times as fast where a search in ${kind} begins with ${what}`, async () => {
        const program = `(() => {
          const text = '${unit}'.repeat(3_000_000);
          let found = 0;
          for (let i = 0; i < 15; i++) if (${search}.test(text)) found++;
          return found;
        })()`;
        const timeOn = async (engine: CompiledEngine) => {
          const started = performance.now();
          expect(await resultsOn(engine, [program])).to.deep.equal(['0']);
          return performance.now() - started;
        };
        expect((await timeOn(fastest)) * 4).to.be.lessThan(await timeOn(published));
      });
    }
  }

  describe('an optimised build', () => {
    const from = Buffer.from('published');
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'gridmr-engine-'));
    });
    afterEach(() => rm(directory, { recursive: true }));
    const read = () => readOptimised(pathToFileURL(`${directory}/`), from);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const write = async (wasm: string, recipe: object) => {
      await writeFile(join(directory, 'quickjs-optimised.wasm'), wasm);
      await writeFile(join(directory, 'recipe.json'), JSON.stringify(recipe));
    };

    it('counts if it was made from the published build that is installed', async () => {
      await write('wasm', { published_sha256: sha256('published'), sha256: sha256('wasm') });
      expect(String(await read())).to.equal('wasm');
    });

    it('does not count if it is missing, damaged, or made from another build', async () => {
      expect(await read()).to.equal(undefined);
      await write('was', { published_sha256: sha256('published'), sha256: sha256('wasm') });
      expect(await read()).to.equal(undefined);
      await write('wasm', { published_sha256: sha256('older'), sha256: sha256('wasm') });
      expect(await read()).to.equal(undefined);
    });
  });
});
