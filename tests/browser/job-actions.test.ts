/** What a person does with a job: stop it, mend it, submit it again, remove it, and look for what went wrong. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';
import { openPage } from './opened-page.js';

const endless = '() => { for (;;); }';
const secondField = `line => {
  const parts = line.split(';');
  return [[parts[1].trim(), 1]];
}`;
const lines = 'a;x\nb;y\nno field\nc;x\n';

describe('with a job, a person', function () {
  this.timeout(90_000);
  let browser: Browser;
  let stack: RunningStack;
  let page: Page;
  let faults: string[];
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 1 });
    await stack.directory.write('lines.txt', lines);
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
    for await (const { job_id } of stack.client.allJobs({ status: 'running' })) await stack.client.cancel(job_id);
    expect(faults).to.deep.equal([]);
  });

  it('cancels it, and sees that its attempts have stopped', async () => {
    const { job_id } = await stack.client.submit({ name: 'endless', input_file: 'lines.txt', map_function: endless });
    await page.goto(`${stack.url}/jobs/${job_id}`);
    await page.getByText('1 running', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.job-header').getByText('cancelled').waitFor();
    await page.getByText('1 cancelled', { exact: true }).waitFor();
  });

  it('cancels several at once in the list', async () => {
    const names = ['several 1', 'several 2'];
    for (const name of names) await stack.client.submit({ name, input_file: 'lines.txt', map_function: endless });
    await page.getByLabel('Name').fill('Several');
    for (const name of names) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    await page.getByRole('button', { name: 'Cancel 2 jobs' }).click();
    for (const name of names) await page.getByRole('row', { name: new RegExp(`${name} cancelled`) }).waitFor();
  });

  it('corrects the program where it failed, and the same job goes on to its result', async () => {
    const failed = await stack.run({ name: 'mended', input_file: 'lines.txt', map_function: secondField });
    await page.goto(`${stack.url}/jobs/${failed.job_id}`);
    expect(await page.getByRole('region', { name: 'Error' }).locator('.record').innerText()).to.equal('no field');
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    const retry = page.getByRole('region', { name: 'Retry' });
    const marked = retry.locator('.cm-lintRange-error');
    await marked.waitFor();
    expect(await retry.locator('.cm-line', { has: page.locator('.cm-lintRange-error') }).innerText()).to.include(
      'parts[1].trim()',
    );
    await retry.getByRole('textbox', { name: 'map function' }).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText("line => [[line.split(';').at(-1), 1]]");
    await retry.getByRole('button', { name: 'Retry with these changes' }).click();
    const results = page.getByRole('region', { name: 'Results' });
    await results.getByRole('row', { name: 'no field 1' }).waitFor();
    await page.getByText('run 2').waitFor();
  });

  it('is told by the retry what does not parse, and where', async () => {
    const failed = await stack.run({ name: 'worse', input_file: 'lines.txt', map_function: secondField });
    await page.goto(`${stack.url}/jobs/${failed.job_id}`);
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    const retry = page.getByRole('region', { name: 'Retry' });
    await retry.getByRole('textbox', { name: 'map function' }).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('line => {\n  return [[line 1]];\n}');
    await retry.getByRole('button', { name: 'Retry with these changes' }).click();
    await retry.getByRole('alert').waitFor();
    const marked = retry.locator('.cm-lintRange-error');
    await marked.waitFor();
    expect(await retry.locator('.cm-line', { has: page.locator('.cm-lintRange-error') }).innerText()).to.include(
      '[[line 1]]',
    );
    // The browser tells every refusal, too.
    expect(faults.splice(0).join()).to.include('422');
  });

  it('edits it and submits it anew', async () => {
    const done = await stack.run({
      name: 'again',
      input_file: 'lines.txt',
      map_function: 'line => [[line, 1]]',
      reduce_function: '(line, ones) => [line, ones.reduce((a, b) => a + b, 0)]',
      parameters: { limit: 3 },
    });
    await page.goto(`${stack.url}/jobs/${done.job_id}`);
    await page.getByRole('link', { name: 'Edit and resubmit' }).click();
    await page.getByLabel('Name', { exact: true }).fill('again, edited');
    await page.getByRole('textbox', { name: 'map function' }).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('(line, ctx) => [[line.slice(0, ctx.params.limit), 1]]');
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.getByRole('heading', { name: 'again, edited' }).waitFor();
    await page.getByRole('region', { name: 'Results' }).getByRole('row', { name: 'b;y 1' }).waitFor();
  });

  it('finds the records that were skipped, and what the program logged', async () => {
    const done = await stack.run({
      name: 'skips',
      input_file: 'lines.txt',
      on_record_error: 'skip',
      map_function: secondField.replace('line => {', "(line, ctx) => {\n  ctx.log('seen ' + line);"),
    });
    await page.goto(`${stack.url}/jobs/${done.job_id}`);
    const letters = page.getByRole('region', { name: 'Dead letters' });
    await letters.getByText('lines.txt:8').waitFor();
    expect(await letters.locator('.record').allInnerTexts()).to.deep.equal(['no field']);
    await page.getByRole('region', { name: 'Log' }).getByText('seen a;x').waitFor();
    await keepScreenshot(page, 'job-skips-light');
  });

  it('looks at a task by keyboard: its attempts, its worker, its error', async () => {
    const failed = await stack.run({ name: 'looked at', input_file: 'lines.txt', map_function: secondField });
    await page.goto(`${stack.url}/jobs/${failed.job_id}`);
    await page.getByLabel('Look at map task').focus();
    await page.keyboard.press('Enter');
    const task = page.getByRole('region', { name: 'Task', exact: true });
    const [worker] = await stack.client.workers();
    await task.getByRole('row', { name: new RegExp(`1 failed ${worker?.worker_id}`) }).waitFor();
    expect(await task.getByRole('row').last().innerText()).to.include('user_code_error');
  });

  it('deletes it, after being asked', async () => {
    const done = await stack.run({ name: 'deleted', input_file: 'lines.txt', map_function: 'line => [[line, 1]]' });
    await page.goto(`${stack.url}/jobs/${done.job_id}`);
    page.once('dialog', dialog => void dialog.accept());
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor();
    expect((await fetch(`${stack.url}/api/v1/jobs/${done.job_id}`)).status).to.equal(404);
  });
});
