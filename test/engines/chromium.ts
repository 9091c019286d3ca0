/** Debian's Chromium, driven by playwright-core; `.ci/install-chromium.sh` installs it. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Availability, command } from './engine.js';

/** No sandbox as root, and none of the browser's own calls to its maker's hosts. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function chromiumAvailable(): Availability {
  return command('chromium') === undefined ? 'chromium is not on the PATH; run .ci/install-chromium.sh' : true;
}

export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: command('chromium')!, args: FLAGS });

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the page's console, exceptions, violations of its policy, requests to another origin. */
  readonly complaints: string[];
  /** Closes the page and what it was in. */
  readonly close: () => Promise<void>;
}

/** A page of its own profile, and whatever it does that it should not. */
export async function openPage(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to elsewhere: ${request.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}
