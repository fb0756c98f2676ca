/** The timeline of a job some of whose attempts do not simply commit. */
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { signalIfThere } from '../chaos/stack-processes.js';
import { attemptsOf, describeAttempts, type Straggling, stragglingJob, workerOf } from '../chaos/straggling-job.js';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';
import { openPage } from './opened-page.js';

/** Busy for a while, and for long in the first attempt of one record; the first attempts of another fail. */
const program = `(line, ctx) => {
  const lingers = line === 'lingers' && ctx.task.attempt === 1;
  for (let i = 0; i < (lingers ? 1e9 : 6e7); i++);
  if (line === 'fails' && ctx.task.attempt < 3) throw new Error('not yet');
  return [[line, 1]];
}`;

describe('the timeline of a job', function () {
  this.timeout(120_000);
  let browser: Browser;
  let stack: RunningStack;
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('in.txt', `fails\nlingers\n${'works\n'.repeat(11)}`);
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  it('tells failed and lost attempts from those that committed, by colour, number and name', async () => {
    const { job_id } = await stack.client.submit({
      name: 'troubled',
      input_file: 'in.txt',
      map_function: program,
      retry_user_errors: true,
      speculative: false,
      split_size_mb: 5 / 1024 / 1024,
    });
    const { page } = await openPage(browser, `${stack.url}/jobs/${job_id}`);
    await page.getByText(/^map [1-9]\d* of \d+ completed, 2 running/).waitFor();
    // Not whichever worker: it may be between two attempts, or in the one that is to fail.
    signalIfThere(await workerOf(stack, job_id, 'map', 1, 1), 'SIGKILL');
    await stack.client.waitFor(job_id, { signal: AbortSignal.timeout(60_000) });
    const legend = page.locator('.legend');
    await legend.getByText('2 failed', { exact: true }).waitFor();
    await legend.getByText(/^\s*[1-9] lost$/).waitFor();
    await page.getByText('Attempts that were not simply committed').click();
    await page
      .getByRole('listitem')
      .filter({ hasText: /^map task 0, attempt 1 failed on/ })
      .waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: / lost on / })
      .first()
      .waitFor();
    for (const state of ['committed', 'failed', 'lost'])
      expect(await pixelsOf(page, state), state).to.be.greaterThan(20);
    expect(await pixelsOf(page, 'cancelled')).to.equal(0);
    await keepScreenshot(page, 'timeline-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction('matchMedia("(prefers-color-scheme: dark)").matches');
    await keepScreenshot(page, 'timeline-dark');
  });

  it('outlines a speculative attempt, and tells the one it overtook', async () => {
    const what: Straggling = { phase: 'map', tasks: 40, stragglers: [7] };
    const job = await stack.run(await stragglingJob(stack, what));
    expect(job.status).to.equal('completed');
    await waitUntil('the end of the loser', async () => {
      const attempts = await attemptsOf(stack, job.job_id, 'map', 7);
      return describeAttempts(attempts) === '1 cancelled, 2 committed speculative';
    });
    const { page } = await openPage(browser, `${stack.url}/jobs/${job.job_id}`);
    const legend = page.locator('.legend');
    await legend.getByText(/^\s*[1-4] speculative$/).waitFor();
    await legend.getByText(/^\s*[1-4] cancelled$/).waitFor();
    await page.getByText('Attempts that were not simply committed').click();
    const unusual = page.getByRole('listitem');
    await unusual.filter({ hasText: /^map task 7, attempt 1 cancelled on/ }).waitFor();
    await unusual.filter({ hasText: /^map task 7, attempt 2 committed, speculative on/ }).waitFor();
    expect(await pixelsOf(page, 'cancelled')).to.be.greaterThan(20);
    // Its outline has the colour of the text.
    expect(await pixelsOf(page, 'text', 250)).to.be.greaterThan(5);
    expect(await pixelsOf(page, 'superseded')).to.equal(0);

    // Two attempts that end in the same moment cannot be arranged: what the API says of the loser is changed on its way.
    const overtaken = await browser.newPage();
    await overtaken.route(/\/tasks\?/, async route => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('"cancelled"', '"superseded"') });
    });
    await overtaken.goto(`${stack.url}/jobs/${job.job_id}`);
    await overtaken
      .locator('.legend')
      .getByText(/^\s*[1-4] superseded$/)
      .waitFor();
    expect(await pixelsOf(overtaken, 'superseded')).to.be.greaterThan(20);
    expect(await pixelsOf(overtaken, 'cancelled')).to.equal(0);
    await keepScreenshot(overtaken, 'timeline-superseded-light');
    await overtaken.emulateMedia({ colorScheme: 'dark' });
    await overtaken.waitForFunction('matchMedia("(prefers-color-scheme: dark)").matches');
    await keepScreenshot(overtaken, 'timeline-superseded-dark');
  });

  it('says what an attempt was when it is pointed at, and shows its task when it is clicked', async () => {
    const { job_id } = await stack.run({ name: 'short', input_file: 'in.txt', map_function: 'line => [[line, 1]]' });
    const { page } = await openPage(browser, `${stack.url}/jobs/${job_id}`);
    const timeline = page.getByRole('img', { name: 'Timeline of 1 attempts on 1 workers' });
    const middle = { x: 300, y: 48 };
    await timeline.hover({ position: middle });
    await page.getByText(/^map task 0, attempt 1: committed, its output counts/).waitFor();
    await timeline.click({ position: middle });
    await page
      .getByRole('region', { name: 'Task', exact: true })
      .getByRole('row', { name: /1 committed/ })
      .waitFor();
  });
});

/** How many pixels of the canvas have exactly the colour of a state. @param left those further to the right only: not the names of workers */
function pixelsOf(page: Page, state: string, left = 0): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('canvas.timeline');
    const probe = canvas.getContext('2d');
    const { data } = probe.getImageData(0, 0, canvas.width, canvas.height);
    const one = new OffscreenCanvas(1, 1).getContext('2d');
    one.fillStyle = getComputedStyle(canvas).getPropertyValue('--${state}');
    one.fillRect(0, 0, 1, 1);
    const [red, green, blue] = one.getImageData(0, 0, 1, 1).data;
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if ((i / 4) % canvas.width < ${left}) continue;
      if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) count++;
    }
    return count;
  })()`);
}
