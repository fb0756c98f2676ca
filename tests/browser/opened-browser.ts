/**
 * A real browser for tests of the dashboard: the system's Chromium, without a window, with an empty profile. It talks to loopback only; what it would
 * fetch from elsewhere by itself is switched off.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findOnPath } from '@gridmr/runtime';
import { type Browser, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser'];
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const screenshots = fileURLToPath(new URL('../../browser/screenshots/', import.meta.url));

/** For a suite's `before`: skips it where there is no Chromium. */
export async function openBrowser(context: Mocha.Context): Promise<Browser> {
  const executablePath = await findOnPath(names);
  if (executablePath === undefined) return context.skip();
  return chromium.launch({ executablePath, args: quiet });
}

/** Keeps what the page looks like now, as an artefact of the run. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
}
