import { TaskError } from '@gridmr/contracts';
import { expect } from 'chai';
import { readExport } from '../dist/read-export.js';

async function failureOf(program: string, deadlineMs?: number) {
  try {
    await readExport(program, 'job', deadlineMs);
  } catch (error) {
    if (error instanceof TaskError) return error.error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('readExport', () => {
  it('gives a value that a module exports, computed as the module says', async () => {
    const program = 'const n = [1, 2].length;\nexport const job = { name: "x", num_reducers: n, inputs: ["a"] };';
    expect(await readExport(program, 'job')).to.deep.equal({ name: 'x', num_reducers: 2, inputs: ['a'] });
  });

  it('gives nothing for what is not exported, or is nothing that JSON can hold', async () => {
    expect(await readExport('export function map() {}', 'job')).to.equal(undefined);
    expect(await readExport('export function job() {}', 'job')).to.equal(undefined);
  });

  it('says where a module fails', async () => {
    expect(await failureOf('export function map() {}\nexport const job = { name: title };')).to.deep.equal({
      code: 'user_code_error',
      message: "ReferenceError: 'title' is not defined",
      function: 'program',
      line: 2,
      column: 28,
    });
    expect(await failureOf('throw "no"')).to.include({ code: 'user_code_error', message: 'no' });
    expect(await failureOf('const a = {}; a.a = a; export const job = a;')).to.include({ code: 'user_code_error' });
  });

  it('ends a module that does not end', async () => {
    expect(await failureOf('for (;;);', 100)).to.include({ code: 'task_timeout' });
  });
});
