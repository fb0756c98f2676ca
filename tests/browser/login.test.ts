/** The dashboard of a GridMR that asks for keys. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { RunningStack } from '../end-to-end/running-stack.js';
import { keepScreenshot, openBrowser } from './opened-browser.js';
import { openPage } from './opened-page.js';
import { seriousFaults } from './serious-faults.js';

const secrets = { root: 'a-secret-of-the-root-1234', ann: 'a-secret-of-ann-12345678', eve: 'a-secret-of-eve-12345678' };
const keys = `root:admin:${secrets.root},ann:user:${secrets.ann},eve:viewer:${secrets.eve}`;

describe('where keys are asked for, the dashboard', function () {
  this.timeout(90_000);
  let browser: Browser;
  let stack: RunningStack;
  let page: Page;
  before(async function () {
    browser = await openBrowser(this);
    stack = await RunningStack.start({ workers: 1, env: { GRIDMR_API_KEYS: keys } });
  });
  after(async () => {
    await browser?.close();
    await stack?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    ({ page } = await openPage(browser, stack.url));
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
  afterEach(async () => {
    await page?.close();
  });

  async function signIn(secret: string): Promise<void> {
    await page.getByLabel('API key').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  it('shows nothing without one, and says so when it is wrong', async () => {
    await keepScreenshot(page, 'login-light');
    expect(await seriousFaults(page)).to.deep.equal([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await keepScreenshot(page, 'login-dark');
    await signIn('not-a-key-of-anybody-123');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('navigation').count()).to.equal(0);
  });

  it('lets a user in, who submits an example into a directory of its own, and out again', async () => {
    await signIn(secrets.ann);
    await page.getByRole('link', { name: 'Submit', exact: true }).click();
    await page.getByRole('button', { name: 'word count' }).click();
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.getByRole('region', { name: 'Results' }).getByRole('row', { name: 'crow 5' }).waitFor();
    expect(await page.locator('.facts').innerText()).to.include('users/ann/samples/fable.txt');
    await page.reload();
    await page.getByRole('heading', { name: 'word count' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('keeps the key from scripts', async () => {
    await signIn(secrets.ann);
    await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor();
    const kept = await page.evaluate('document.cookie + JSON.stringify({...localStorage, ...sessionStorage})');
    expect(kept).to.equal('{}');
  });

  it('asks for the key again when the session is closed elsewhere', async () => {
    await signIn(secrets.ann);
    await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('shows a viewer nothing that it may not do', async () => {
    await signIn(secrets.eve);
    await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor();
    await page.goto(`${stack.url}/submit`);
    await page.getByText('submits nothing').waitFor();
  });

  it('shows the queues to admins only', async () => {
    await signIn(secrets.ann);
    await page.getByRole('link', { name: 'System' }).click();
    await page.getByRole('heading', { name: 'System' }).waitFor();
    await page.getByRole('link', { name: 'API documentation' }).waitFor();
    expect(await page.getByRole('link', { name: /Bull Board/ }).count()).to.equal(0);
    expect((await page.goto(`${stack.url}/admin/queues`))?.status()).to.equal(403);
  });

  it('shows the queues to an admin, without loading anything from elsewhere', async () => {
    await signIn(secrets.root);
    const asked: string[] = [];
    const faults: string[] = [];
    page.on('request', request => asked.push(new URL(request.url()).origin));
    page.on('console', message => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.getByRole('link', { name: 'System' }).click();
    await page.getByRole('link', { name: /Bull Board/ }).click();
    await page.getByRole('link', { name: 'control' }).first().waitFor();
    await page.getByRole('link', { name: 'tasks' }).first().waitFor();
    await page.getByRole('link', { name: 'hold' }).first().waitFor();
    await keepScreenshot(page, 'queues');
    expect(new Set(asked)).to.deep.equal(new Set([stack.url]));
    expect(faults).to.deep.equal([]);
  });
});
