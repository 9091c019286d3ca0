import { Duration } from 'faasten';
import { LocalApp, type RunningLocal, startLocal } from 'faasten/local';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../../../../bin/shop/shop.js';
import { type RunningConsole, startConsole } from '../../../../lib/platforms/local/console/server.js';
import { chromiumAvailable, launchChromium, openPage } from '../../../engines/chromium.js';
import { missing } from '../../../engines/engine.js';

/** Long enough for the first start of a function on a busy machine. */
const SLOW = { timeout: 60_000 };
const SECRET = 'not-to-be-seen-4711';
const ORDER = JSON.stringify({ customer: 'ada@example.com', lines: [{ product: 'teapot', quantity: 1 }] });

describe.skipIf(missing('chromium', chromiumAvailable()))('the console of the example that really runs', () => {
  let browser: Browser;
  let local: RunningLocal;
  let running: RunningConsole;
  beforeAll(async () => {
    const app = new LocalApp();
    new Shop(app, 'Shop');
    local = await startLocal(app, {
      port: 0,
      metricsPort: 0,
      dataDirectory: false,
      envFile: false,
      watch: false,
      secrets: { 'shop-payment-key': SECRET },
      backoff: () => Duration.seconds(0),
    });
    running = await startConsole({ inspector: local.inspector });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    await local?.close();
  });

  test('an order is sent, followed through queue and topic, measured; a broken one dies and is redriven', {
    timeout: 180_000,
  }, async () => {
    const { page, complaints, close } = await openPage(browser, running.url);
    page.setDefaultTimeout(SLOW.timeout);
    const answers: string[] = [];
    page.on('response', async (response) => {
      if (response.url().includes('/api/') && !response.url().endsWith('/stream'))
        answers.push(await response.text().catch(() => ''));
    });
    const view = (name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });
    const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

    await page.goto('/');
    await page.getByRole('link', { name: 'POST /orders' }).click();
    await heading('Send');
    const body = page.getByRole('textbox', { name: 'Body' });
    await body.fill(ORDER);
    await body.press('Control+Enter');
    await page.getByRole('heading', { name: 'Status 202' }).waitFor();
    const trace = page.getByRole('region', { name: 'Trace' });
    for (const name of ['CreateOrder', 'Fulfil', 'Charge', 'Notify']) await trace.getByRole('link', { name }).first().waitFor();
    await trace.getByText('waited in Orders').waitFor();
    await local.settled();

    await view('Graph').click();
    await heading('Graph');
    await expect.poll(() => page.locator('text.passed').count(), SLOW).toBeGreaterThanOrEqual(4);

    await view('Invocations').click();
    await page.getByRole('link', { name: 'CreateOrder' }).first().click();
    await heading('CreateOrder');
    await page.getByRole('region', { name: 'Log lines' }).getByText('order accepted').waitFor();

    await view('Functions').click();
    await page.getByRole('row', { name: /^Charge 1 0 / }).waitFor();

    await view('Buckets').click();
    await page.getByRole('link', { name: 'Data' }).click();
    await page.getByRole('button', { name: /^Show orders\// }).click();
    await page.getByRole('dialog').getByText('"paid"').waitFor();
    await page.keyboard.press('Escape');

    await view('Schedules').click();
    await page.getByRole('button', { name: 'Run now: Nightly' }).click();
    await heading('Trace');
    await page.getByRole('link', { name: 'NightlyReport' }).waitFor();
    await local.settled();

    await view('Queues').click();
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('link', { name: 'Send a message' }).first().click();
    await heading('Send');
    await expect.poll(() => page.getByLabel('To', { exact: true }).inputValue()).toBe('Shop/Orders');
    await body.fill('{ "customer": 7 }');
    await body.press('Control+Enter');
    await page.getByRole('heading', { name: 'The message is in the queue' }).waitFor();
    await view('Queues').click();
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Dead letters (1)' }).click();
    const letter = page.getByRole('listitem').filter({ hasText: 'failed 5 of 5 deliveries' });
    await letter.getByText('"customer"').waitFor();
    await letter.getByRole('button', { name: 'Redrive' }).click();
    await page.getByText('1 message will be delivered again').waitFor();
    await local.settled();
    await letter.waitFor();
    await page.getByRole('button', { name: 'Purge …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();

    await view('Timeline').click();
    await page.getByText(/In the last 5 minutes/).waitFor();
    expect(complaints).toEqual([]);
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter((answer) => answer.includes(SECRET))).toEqual([]);
    await close();
  });
});
