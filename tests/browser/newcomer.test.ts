/** Somebody who has never seen GridMR, and has read nothing about it. */
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';
import { openPage } from './opened-page.js';

describe('a newcomer', function () {
  this.timeout(90_000);
  let browser: Browser;
  let stack: RunningStack;
  let page: Page;
  let faults: string[];
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 1 });
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    ({ page, faults } = await openPage(browser, stack.url));
  });
  afterEach(async () => {
    await page?.close();
    expect(faults).to.deep.equal([]);
  });

  it('is led from the empty list to an example, submits it, and reads its result', async () => {
    await page.getByRole('link', { name: 'Submit the first one' }).click();
    await page.getByRole('button', { name: 'word count' }).click();
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    const results = page.getByRole('region', { name: 'Results' });
    await results.getByRole('row', { name: 'crow 5' }).waitFor();
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByRole('row', { name: /word count completed/ }).waitFor();
  });

  it('sees what an example makes of its input before submitting it', async () => {
    await page.goto(`${stack.url}/submit`);
    await page.getByRole('button', { name: 'log analysis' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('row', { name: '/about' }).waitFor();
    await preview.getByText('not a line of an access log').waitFor();
    await keepScreenshot(page, 'submit-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await keepScreenshot(page, 'submit-dark');
  });

  it('runs examples of several inputs and of binary ones as they are', async () => {
    for (const [name, shown] of [
      ['join', /^1\d{3} \w+$/],
      ['image histogram', /^noon\.ppm \[/],
    ] as const) {
      await page.goto(`${stack.url}/submit`);
      await page.getByRole('button', { name }).click();
      await page.getByRole('button', { name: 'Submit', exact: true }).click();
      const results = page.getByRole('region', { name: 'Results' });
      await results.getByRole('row', { name: shown }).first().waitFor();
    }
  });

  it('sees a mistake where it was made, a moment after making it', async () => {
    await page.goto(`${stack.url}/submit`);
    await page.getByRole('button', { name: 'word count' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('row', { name: 'crow' }).waitFor();
    await writeProgram(page, 'export function map(line) {\n  return line.wordz.map(word => [word, 1]);\n}');
    await preview
      .getByText(/\(line 2\)/)
      .first()
      .waitFor();
    const marked = page.locator('.cm-lintRange-error');
    await marked.waitFor();
    expect(await page.locator('.cm-line', { has: marked }).innerText()).to.include('line.wordz');
  });

  it('is warned of a function that gives another result each time it is run on other splits', async () => {
    await page.goto(`${stack.url}/submit`);
    await page.getByRole('button', { name: 'word count' }).click();
    await writeProgram(page, averageOfAverages);
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByText('combiner not associative').waitFor();
  });

  it('chooses an input among the files, or uploads one', async () => {
    await stack.directory.write('logs/a.txt', 'x\n');
    await page.goto(`${stack.url}/submit`);
    await page.getByText('Choose among the files').click();
    await page.getByLabel('Path begins with').fill('logs/');
    await page.getByRole('checkbox', { name: 'logs/a.txt' }).check();
    const content = { name: 'numbers.txt', mimeType: 'text/plain', buffer: Buffer.from('1\n2\n') };
    await page.getByLabel('Upload a file').setInputFiles(content);
    const inputs = page.getByLabel('Files, directories or patterns');
    await waitUntil('the upload', async () => (await inputs.inputValue()).includes('numbers.txt'));
    expect(await inputs.inputValue()).to.equal('logs/a.txt, numbers.txt');
    expect(await (await fetch(`${stack.url}/api/v1/files/numbers.txt`)).text()).to.equal('1\n2\n');
  });
});

const averageOfAverages = `export function map(line) { return [['length', line.length]]; }
export const combine = reduce;
export function reduce(key, values) {
  const all = values.toArray();
  return [key, all.reduce((a, b) => a + b, 0) / all.length];
}`;

/** Replaces what stands in the editor, as somebody who pastes does. */
async function writeProgram(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Program' }).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}
