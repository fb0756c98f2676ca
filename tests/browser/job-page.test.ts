/** One job, as a person follows it. */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';

const turns = 3e6;

describe('the job page', function () {
  this.timeout(90_000);
  let browser: Browser;
  let stack: RunningStack;
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('in.txt', 'abc\n'.repeat(40));
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  it('follows a job from its tasks to its result, without being reloaded', async () => {
    const { job_id } = await stack.client.submit({
      name: 'letters',
      input_file: 'in.txt',
      map_function: `line => { for (let i = 0; i < ${turns}; i++); return [...line].map(letter => [letter, 1]); }`,
      reduce_function: '(letter, ones) => [letter, ones.reduce((a, b) => a + b, 0)]',
      split_size_mb: 4 / 1024 / 1024,
    });
    const page = await browser.newPage();
    await page.goto(`${stack.url}/jobs/${job_id}`);
    await page.getByRole('img', { name: '40 map tasks by state' }).waitFor();
    await keepScreenshot(page, 'job-running');
    const results = page.getByRole('region', { name: 'Results' });
    await results.getByRole('cell', { name: '40' }).first().waitFor();
    expect(await results.getByRole('row').allInnerTexts()).to.deep.equal(['Key\tValue', 'a\t40', 'b\t40', 'c\t40']);
    await keepScreenshot(page, 'job-completed');
  });

  it('shows the failing line of the program, and the record beside it', async () => {
    const map_function = `line => {
  const parts = line.split(';');
  return [[parts[1].trim(), 1]];
}`;
    const failed = await stack.run({ name: 'fails', input_file: 'in.txt', map_function });
    const page = await browser.newPage({ colorScheme: 'dark' });
    await page.goto(`${stack.url}/jobs/${failed.job_id}`);
    const error = page.getByRole('region', { name: 'Error' });
    await error.waitFor();
    expect(await error.locator('.marked').innerText()).to.include('parts[1].trim()');
    expect(await error.locator('.record').innerText()).to.equal('abc');
    await keepScreenshot(page, 'job-failed-dark');
  });
});
