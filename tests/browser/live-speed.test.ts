/** How soon the page of a job shows what has happened, and how smooth it stays while very much happens. */
import { needsRunningMachine } from '@gridmr/testkit';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { openBrowser } from './opened-browser.js';
import { measureTasks } from './task-times.js';

const shownMsMax = 500;
const tasks = 10_000;
const frameMsMax = 1000 / 60;
/** Of one task of the page, by the processor time of its thread: the workers have both processors of a small machine for themselves. */
const taskMsMax = 50;
/** Takes any processor longer than a task may: each of the multiplications waits for the one before. */
const longWork = `(() => {
  let product = 1;
  for (let times = 0; times < 1.5e8; times++) product = Math.imul(product, 1664525) + 1013904223;
  return product;
})()`;
describe('the page of a job, live', function () {
  this.timeout(180_000);
  let browser: Browser;
  let stack: RunningStack;
  before(async function () {
    needsRunningMachine(this);
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 2 });
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });

  it(`shows that a task is completed within ${shownMsMax} ms of its worker saying so`, async () => {
    await stack.directory.write('few.txt', 'abc\n'.repeat(8));
    const { job_id } = await stack.client.submit({
      name: 'seen',
      input_file: 'few.txt',
      map_function: 'line => { for (let i = 0; i < 4e7; i++); return [[line, 1]]; }',
      split_size_mb: 4 / 1024 / 1024,
      speculative: false,
    });
    const page = await browser.newPage();
    await page.goto(`${stack.url}/jobs/${job_id}`);
    await page.getByText('map 0 of 8 completed').waitFor();
    await watchCompleted(page);
    await page.getByText('map 8 of 8 completed').waitFor({ timeout: 120_000 });
    const shownMs = await page.evaluate<number[]>('window.shownMs');
    const { items } = await stack.client.tasks(job_id, { kind: 'map' });
    const endedMs = items.map(({ attempts }) => Date.parse(attempts[0]?.finished_at ?? '')).sort((a, b) => a - b);
    const lateMs = endedMs.map((ms, i) => (shownMs[i] ?? Number.POSITIVE_INFINITY) - ms);
    process.stderr.write(`      shown after ${lateMs.map(Math.round).join(', ')} ms\n`);
    lateMs.sort((a, b) => a - b);
    expect(lateMs[Math.floor(lateMs.length / 2)]).to.be.lessThan(shownMsMax);
  });

  it(`stays smooth while ${tasks} tasks change: never at work for ${taskMsMax} ms at once, and a picture for each frame`, async () => {
    await stack.directory.write('many.txt', 'a\n'.repeat(tasks));
    const page = await browser.newPage();
    await page.goto(`${stack.url}/workers`);
    await watchFrames(page);
    const quiet = await measureTasks(browser, page, () => page.waitForTimeout(2000));
    const idleFrameMs = await medianFrameMs(page);
    expect(quiet.tasks).to.be.greaterThan(0);
    const control = await measureTasks(browser, page, async () => {
      await page.evaluate(longWork);
    });
    expect(control.longestMs, 'a task that is long is seen').to.be.greaterThan(taskMsMax);

    const { job_id } = await stack.client.submit({
      name: 'many',
      input_file: 'many.txt',
      map_function: 'line => []',
      split_size_mb: 2 / 1024 / 1024,
    });
    await page.goto(`${stack.url}/jobs/${job_id}`);
    await page.getByRole('img', { name: `${tasks} map tasks by state` }).waitFor();
    await watchFrames(page);
    const busy = await measureTasks(browser, page, async () => {
      await page.getByText('map 10,000 of 10,000 completed').waitFor({ timeout: 120_000 });
      await page.getByRole('img', { name: `Timeline of ${tasks} attempts` }).waitFor({ timeout: 60_000 });
    });
    const busyFrameMs = await medianFrameMs(page);
    process.stderr.write(`      ${JSON.stringify({ ...busy, idleFrameMs, busyFrameMs })}\n`);
    expect(busy.longestMs).to.be.lessThan(taskMsMax);
    expect(busyFrameMs).to.be.lessThan(Math.max(idleFrameMs, frameMsMax) * 1.1);
  });
});

/** Notes when the page has shown each number of completed tasks. */
async function watchCompleted(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.shownMs = [];
    const look = () => {
      const shown = Number(/^map (\\d+) of/.exec(document.querySelector('.stage')?.innerText ?? '')?.[1] ?? 0);
      while (window.shownMs.length < shown) window.shownMs.push(Date.now());
      requestAnimationFrame(look);
    };
    look();
  })()`);
}

/** Notes how long each frame takes, from now on. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const frames = (window.frameMs = []);
    let last = performance.now();
    const frame = now => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })()`);
}

function medianFrameMs(page: Page): Promise<number> {
  return page.evaluate<number>('window.frameMs.sort((a, b) => a - b)[window.frameMs.length >> 1]');
}
