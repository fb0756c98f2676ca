/** The API goes away under an open page, and comes back. */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { processMarks, processOf, signalIfThere } from '../chaos/stack-processes.js';
import { RunningStack } from '../end-to-end/running-stack.js';
import { openBrowser } from './opened-browser.js';

describe('an open page', function () {
  this.timeout(120_000);
  let browser: Browser;
  let stack: RunningStack;
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('in.txt', 'abc\n'.repeat(60));
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  it('goes on by itself when the API was killed and is back, and misses nothing', async () => {
    const { job_id } = await stack.client.submit({
      name: 'survives',
      input_file: 'in.txt',
      map_function: 'line => { for (let i = 0; i < 4e6; i++); return [[line, 1]]; }',
      reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
      split_size_mb: 4 / 1024 / 1024,
    });
    const page = await browser.newPage();
    const list = await browser.newPage();
    await list.goto(stack.url);
    await page.goto(`${stack.url}/jobs/${job_id}`);
    await page.getByText(/^map [1-9]\d* of 60 completed/).waitFor();
    signalIfThere(await processOf(processMarks.api, process.pid), 'SIGKILL');
    await page
      .getByRole('region', { name: 'Results' })
      .getByRole('row', { name: 'abc 60' })
      .waitFor({ timeout: 60_000 });
    await page.getByText('map 60 of 60 completed').waitFor();
    await list.getByRole('row', { name: /survives completed/ }).waitFor();
    expect(await page.getByRole('alert').count()).to.equal(0);
  });
});
