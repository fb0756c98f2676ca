import { type ProgramSource, RequestError } from '@gridmr/contracts';
import { checkProgram, ProgramChecker, type ProgramLanguage } from '@gridmr/sandbox';
import { expect } from 'chai';
import { output, sourceOf } from './attempt.js';
import { openOnQuickJs } from './quickjs-opener.js';

async function refusal(source: ProgramSource, language: ProgramLanguage = 'javascript'): Promise<RequestError> {
  const error = await checkProgram(source, language).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RequestError)) throw error ?? new Error('the program was accepted');
  return error;
}

describe('checkProgram', function () {
  this.timeout(120_000);

  for (const [what, map] of Object.entries({
    'an arrow function': 'x => [[x, 1]]',
    'a function': 'function (x) { return [[x, 1]]; }',
    'a function with a name': 'function map(x) { return [[x, 1]]; }',
    'a generator': 'function* (x) { yield [x, 1]; }',
    'semicolons at the end': 'x => [[x, 1]];; ',
    'a function with a semicolon': 'function f(x) { return [[x, 1]]; };',
    'comments around': '// first\n/* ; */ x => [[x, 1]]; // last ;\n/* ; */',
    'a script that ends in a function': 'const n = 1;\nfunction pair(x) { return [x, n]; }\nx => [pair(x)]',
    'an expression that gives a function': '(() => { const n = 1; return x => [[x, n]]; })()',
  })) {
    it(`accepts ${what}`, async () => {
      const { source } = await checkProgram(sourceOf({ map }), 'javascript');
      expect(
        await output(openOnQuickJs, { map: source.form === 'functions' ? source.map_function : '' }),
      ).to.deep.equal([['a', 1]]);
    });
  }

  for (const program of [
    'export const map = line => [[line, 1]];',
    'export const map = line => [[line, 1]]; export const reduce = (k, v) => [k, [...v]];',
    'const pairs = l => [[l, 1]]; export { pairs as map };',
    'export function* map(line) { yield [[line], [[1]]]; }',
  ]) {
    it(`accepts the module: ${program}`, async () => {
      const { source } = await checkProgram({ form: 'module', program }, 'javascript');
      expect(source).to.deep.equal({ form: 'module', program });
    });
  }

  it('accepts scripts that declare the same names', async () => {
    const map = 'const n = 1; x => [[x, n]]';
    const { functions } = await checkProgram(
      sourceOf({ map, reduce: map, combine: map, partition: map }),
      'javascript',
    );
    expect(functions).to.deep.equal({ reduce: true, combine: true, partition: true });
    expect(await output(openOnQuickJs, { map, reduce: map })).to.deep.equal([['a', 1]]);
  });

  for (const [text, line, column] of [
    ['x => ]', 1, 6],
    ['x => {\n  return x +;\n}', 2, 13],
    ['function map(x) {\n  if (x {\n}\n}', 2, 9],
    ['const a = 1;\nx => a +* 2', 2, 9],
    ['x => {\n  return x', 2, 11],
    ['x => "é" + )', 1, 12],
  ] as const) {
    it(`says where ${JSON.stringify(text)} does not parse`, async () => {
      for (const name of ['map', 'reduce', 'partition'] as const) {
        const error = await refusal(sourceOf({ [name]: text }));
        expect(error.code).to.equal('program_does_not_parse');
        expect(error.fields).to.deep.equal({ function: `${name}_function`, line, column });
      }
    });
  }

  it('finds what a module exports', async () => {
    const program =
      'export const map = x => x;\nfunction r() {}\nexport { r as reduce };\nexport function* partition() {}\nexport class setup {}';
    const { functions } = await checkProgram({ form: 'module', program }, 'javascript');
    expect(functions).to.deep.equal({ reduce: true, combine: false, partition: true });
  });

  for (const [program, message, line] of [
    ['const map = 1;', /does not export map/, 1],
    ['\nexport default { map() {} };', /default export; export the functions by name/, 2],
    ['import fs from "fs";\nexport const map = 1;', /cannot import/, 1],
    ['export const map = 1;\nexport * from "x";', /cannot import/, 2],
    ['export const map = name => import(name);', /cannot import/, 1],
    ['export const map = ;', /unexpected token/, 1],
  ] as const) {
    it(`refuses the module ${JSON.stringify(program)}`, async () => {
      const error = await refusal({ form: 'module', program });
      expect(error.message).to.match(message);
      expect(error.fields).to.include({ function: 'program', line });
    });
  }

  it('strips TypeScript and keeps every position', async () => {
    const map = '(line: string): [string, number][] => {\n  const n = 1 as number;\n  return [[line, n]];\n}';
    const { source } = await checkProgram(sourceOf({ map }), 'typescript');
    const plain = source.form === 'functions' ? source.map_function : '';
    expect(plain).to.have.length(map.length).and.not.include('string');
    expect(await output(openOnQuickJs, { map: plain })).to.deep.equal([['a', 1]]);
    const module = {
      form: 'module',
      program: 'interface A { b: string }\nexport const map = (x: A): void => {};',
    } as const;
    expect((await checkProgram(module, 'typescript')).functions.reduce).to.equal(false);
  });

  it('says where TypeScript does not parse or cannot be stripped', async () => {
    expect((await refusal(sourceOf({ map: '(x: string) => {\n  return +;\n}' }), 'typescript')).fields).to.deep.equal({
      function: 'map_function',
      line: 2,
      column: 11,
    });
    const error = await refusal({ form: 'module', program: 'enum A { B }\nexport const map = 1;' }, 'typescript');
    expect(error.message).to.match(/enum/);
    expect(error.fields).to.include({ line: 1, column: 1 });
  });

  for (const python of ['def map(line):\n  return []', '# words\ndef map(line): pass', 'lambda line: []']) {
    it(`refuses ${JSON.stringify(python)} and names the accepted languages`, async () => {
      const error = await refusal(sourceOf({ map: python }));
      expect(error.code).to.equal('language_not_supported');
      expect(error.message).to.match(/"javascript" and "typescript"/);
    });
  }

  it('runs nothing', async () => {
    await checkProgram(sourceOf({ map: '(() => { for (;;); })()' }), 'javascript');
  });
});

describe('ProgramChecker', function () {
  it('remembers good programs, by source and language, and no bad ones', async () => {
    await using checker = new ProgramChecker();
    const good = sourceOf({ map: 'x => x' });
    const first = await checker.check(good, 'javascript');
    expect(await checker.check(sourceOf({ map: 'x => x' }), 'javascript')).to.equal(first);
    expect(await checker.check(good, 'typescript')).not.to.equal(first);
    const bad = () => checker.check(sourceOf({ map: 'x => ]' }), 'javascript').catch((thrown: unknown) => thrown);
    expect(await bad()).not.to.equal(await bad());
  });

  this.timeout(120_000);

  it('checks in a thread, errors with all their fields', async () => {
    await using checker = new ProgramChecker();
    expect((await checker.check(sourceOf({ map: 'x => x' }), 'javascript')).functions.reduce).to.equal(false);
    const error = await checker.check(sourceOf({ map: 'x => ]' }), 'javascript').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(RequestError);
    expect(error).to.deep.include({
      code: 'program_does_not_parse',
      fields: { function: 'map_function', line: 1, column: 6 },
    });
  });

  for (const [what, map, language] of [
    ['nested brackets', '['.repeat(2 ** 20), 'javascript'],
    ['nested brackets as TypeScript', '['.repeat(2 ** 20), 'typescript'],
    ['nested functions', '()=>'.repeat(2 ** 18), 'javascript'],
    ['semicolons', ';'.repeat(2 ** 19), 'javascript'],
    ['comment openings', '/*;'.repeat(2 ** 18), 'javascript'],
    ['templates', '`${'.repeat(2 ** 18), 'javascript'],
  ] as const) {
    it(`survives 1 MiB of ${what} and goes on`, async () => {
      await using checker = new ProgramChecker();
      const error = await checker.check(sourceOf({ map }), language).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(RequestError);
      expect(
        (await checker.check(sourceOf({ map: 'x => x', reduce: 'x => x' }), 'javascript')).functions.reduce,
      ).to.equal(true);
    });
  }

  it('refuses when too many wait', async () => {
    await using checker = new ProgramChecker();
    const checks = Array.from({ length: 101 }, () =>
      checker.check(sourceOf({ map: 'x => x' }), 'javascript').catch((thrown: unknown) => thrown),
    );
    expect(await checks[100]).to.include({ code: 'too_many_requests' });
    expect(await checks[99]).to.have.property('functions');
  });
});
