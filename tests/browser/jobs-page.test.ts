/** The list of jobs, as a person sees it. */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';

describe('the jobs page', function () {
  this.timeout(60_000);
  let browser: Browser;
  let stack: RunningStack;
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 1 });
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  it('shows a job that ran', async () => {
    await stack.directory.write('in.txt', 'a b a\n');
    await stack.run({ name: 'letters', input_file: 'in.txt', map_function: 'line => [[line, 1]]' });
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('console', message => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(stack.url);
    await page.getByRole('cell', { name: 'letters' }).waitFor();
    await keepScreenshot(page, 'jobs');
    expect(faults).to.deep.equal([]);
  });
});
