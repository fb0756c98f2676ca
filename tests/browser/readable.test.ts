/** Every page, for everybody: without eyes, without a mouse, on a phone, in the light and in the dark. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';
import { openPage } from './opened-page.js';
import { seriousFaults } from './serious-faults.js';

const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };

describe('every page of the dashboard', function () {
  this.timeout(120_000);
  let browser: Browser;
  let stack: RunningStack;
  let done: string;
  let failed: string;
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('in.txt', `${'some words of a line; and more\n'.repeat(400)}bad\n`);
    done = (
      await stack.run({
        name: 'a job with a name of many words, as people give them',
        input_file: 'in.txt',
        map_function: "(line, ctx) => { ctx.log('seen'); return line.split(' ').map(word => [word, 1]); }",
        reduce_function: '(word, ones) => [word, ones.reduce((a, b) => a + b, 0)]',
        num_reducers: 5,
        split_size_mb: 0.0003,
      })
    ).job_id;
    failed = (
      await stack.run({ name: 'fails', input_file: 'in.txt', map_function: "line => [[line.split(';')[1].trim(), 1]]" })
    ).job_id;
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  /** What to wait for on each. */
  const pages: Record<string, { path: () => string; ready: (page: Page) => Promise<void> }> = {
    jobs: { path: () => '/', ready: page => page.getByRole('row', { name: /completed/ }).waitFor() },
    'job-completed': {
      path: () => `/jobs/${done}`,
      ready: async page => {
        await page.getByRole('region', { name: 'Results' }).getByRole('row').nth(2).waitFor();
        await page.getByText('Input of each partition').waitFor();
        await page.getByRole('log').waitFor();
      },
    },
    'job-failed': {
      path: () => `/jobs/${failed}`,
      ready: async page => {
        await page.getByText('1 failed', { exact: true }).waitFor();
        await page.getByRole('button', { name: 'Retry', exact: true }).click();
        await page.getByRole('textbox', { name: 'map function' }).waitFor();
      },
    },
    submit: {
      path: () => '/submit',
      ready: async page => {
        await page.getByRole('button', { name: 'log analysis' }).click();
        await page.getByRole('region', { name: 'Preview' }).getByRole('row', { name: '/about' }).waitFor();
      },
    },
    workers: { path: () => '/workers', ready: page => page.getByRole('row').nth(2).waitFor() },
    system: { path: () => '/system', ready: page => page.getByRole('row', { name: /control/ }).waitFor() },
  };

  for (const [name, { path, ready }] of Object.entries(pages)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`${name}, in the ${colorScheme}, has no serious fault for those who cannot see or use a mouse`, async () => {
        const { page, faults } = await openPage(browser, `${stack.url}${path()}`, { viewport: desk, colorScheme });
        await ready(page);
        expect(await seriousFaults(page)).to.deep.equal([]);
        await keepScreenshot(page, `${name}-${colorScheme}`);
        expect(faults).to.deep.equal([]);
        await page.close();
      });
    }

    it(`${name} fits on a phone`, async () => {
      const { page } = await openPage(browser, `${stack.url}${path()}`, { viewport: phone });
      await ready(page);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      await keepScreenshot(page, `${name}-phone`);
      expect(width).to.equal(phone.width);
      await page.close();
    });
  }
});
