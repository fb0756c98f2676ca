/** A page of the dashboard that a test looks at, and what went wrong on it that nobody should have to see. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** For what should be there by now, on a machine that has much else to do. */
const waitMs = 20_000;

export interface OpenedPage {
  readonly page: Page;
  /** Errors of the console and of scripts, so far. */
  readonly faults: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const page = await browser.newPage(options);
  const faults: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', error => faults.push(String(error)));
  page.setDefaultTimeout(waitMs);
  await page.goto(url);
  return { page, faults };
}
