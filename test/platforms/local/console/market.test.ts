import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningConsole, startConsole } from '../../../../lib/platforms/local/console/server.js';
import { chromiumAvailable, launchChromium, openPage, type WatchedPage } from '../../../engines/chromium.js';
import { missing } from '../../../engines/engine.js';
import { type Started, start } from '../service.js';
import { violations } from './axe.js';
import { Market } from './market/market.js';

const SECRET = 'payment-key-4711';

describe.skipIf(missing('chromium', chromiumAvailable()))('the console of a service that has everything', () => {
  let browser: Browser;
  let running: Started;
  let console: RunningConsole;
  let watched: WatchedPage;
  let page: Page;
  const answers: string[] = [];
  beforeAll(async () => {
    // Half an hour of the past, which ends now.
    running = await start((app) => void new Market(app), {
      at: new Date(Date.now() - 30 * 60_000).toISOString(),
      secrets: { 'market/payment-key': SECRET },
    });
    for (let minute = 0; minute < 30; minute++) {
      const wish = minute % 2 === 0 ? '?wish=fail' : '';
      await fetch(`${running.url}/products${wish}`, { headers: { authorization: 'Bearer of-a-client' } }).then((response) =>
        response.text(),
      );
      await running.pass(60_000);
    }
    console = await startConsole({ inspector: running.inspector });
    browser = await launchChromium();
    watched = await openPage(browser, console.url);
    page = watched.page;
    page.on('response', async (response) => {
      const isAnswer = response.url().includes('/api/') && !response.url().endsWith('/stream');
      if (isAnswer) answers.push(await response.text().catch(() => ''));
    });
  });
  afterAll(async () => {
    await browser?.close();
    await console?.close();
    await running?.close();
  });

  /** So that everybody can use it, in both themes. */
  async function judge(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await violations(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)]).toEqual([
        colorScheme,
        [],
      ]);
    }
  }

  test('alarms and objectives: what is on and why, what is left, what was on, all of it by keyboard', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: /^Alarms \d/ }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { level: 1, name: 'Alarms' }).waitFor();
    const objective = page.getByRole('listitem').filter({ hasText: '99 % do not fail over 30 days' });
    await objective.getByText('Missed: all of the error budget is used up.').waitFor();
    await objective.getByText('15 of 30 events bad.').waitFor();
    await objective.getByText(/error budget burns [\d.]+ times too fast/).waitFor();
    const latency = page.getByRole('listitem').filter({ hasText: '95 % take at most 300 milliseconds' });
    await latency.getByText('100 % of the error budget is left.').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'errors > 5 % over 5 minutes' })
      .getByRole('link', { name: 'Web' })
      .first()
      .waitFor();
    expect(await page.getByRole('table', { name: 'When alarms were on' }).getByRole('row').count()).toBeGreaterThan(3);
    const web = page.getByRole('group').filter({ hasText: 'Web' });
    await web.locator('summary').focus();
    await page.keyboard.press('Enter');
    await web.getByText('throttles: throttles ≥ 1 over 5 minutes, in 2 of 3 periods').waitFor();
    await judge();
    await page.goto('/functions/Market%2FWeb');
    await page.getByText('1 alarm on').waitFor();
  });

  test('the timeline says what ran against what would have been reserved', async () => {
    await page.goto('/timeline?span=1h');
    await page.getByText(/In the last hour an always-on app would have reserved [\d,]+ times/).waitFor();
    await page.getByRole('row', { name: /^Together 1\.0 GiB 30/ }).waitFor();
    await judge();
  });

  test('a request that is refused is sent again with a token, in one click; the token can be another', async () => {
    await page.goto('/send?to=Market%2FApi%23POST+%2Forders');
    await page.getByRole('textbox', { name: 'Body' }).fill('{"order":"o-1"}');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('heading', { name: 'Status 401' }).waitFor();
    await page.getByText('it was refused before any function ran').waitFor();
    await page.getByRole('button', { name: 'Send again with a test token' }).click();
    await page.getByRole('heading', { name: 'Status 202' }).waitFor();
    await page.getByRole('region', { name: 'Trace' }).getByRole('link', { name: 'Audit' }).waitFor();
    await page.getByRole('button', { name: 'What is in it …' }).click();
    const form = page.getByRole('dialog', { name: 'Test token' });
    expect(await form.getByLabel('Scopes').inputValue()).toBe('orders:write');
    await form.getByLabel('Audience').selectOption('admin');
    await form.getByLabel('Scopes').fill('orders:read');
    await judge();
    await form.getByRole('button', { name: 'Mint' }).click();
    await form.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('heading', { name: 'Status 403' }).waitFor();
    await page.getByText('the token has none of the scopes orders:write').waitFor();
  });

  test('an event bus is sent to, and an authorizer is asked', async () => {
    await page.goto('/send?to=Market%2FBus');
    await expect.poll(() => page.getByLabel('Type').inputValue()).toBe('order.paid');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('region', { name: 'Trace' }).getByRole('link', { name: 'Audit' }).waitFor();
    await page.getByLabel('To', { exact: true }).selectOption({ label: 'Partners' });
    await page.getByLabel('Headers').fill('x-word: no');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('heading', { name: 'Status 403' }).waitFor();
    await page.getByLabel('Headers').fill('x-word: sesame');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('heading', { name: 'Status 200' }).waitFor();
    await page.getByRole('region', { name: 'Response body' }).getByText('"ali"').waitFor();
  });

  test('a WebSocket API: who is let in, what is said, how many are there', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: 'WebSockets' }).click();
    await page.getByLabel('Query').fill('token=nobody');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page
      .getByRole('alert')
      .getByText("not let in: 403, Forbidden: the authorizer 'Names' does not let the request in")
      .waitFor();
    await page.getByLabel('Query').fill('token=sesame');
    await page.getByLabel('Query').press('Enter');
    await page.getByText('1 open connection').waitFor();
    await page.getByRole('link', { name: 'In the graph' }).click();
    await page.getByRole('button', { name: 'Sockets 1 connection' }).waitFor();
    await page.goBack();
    const client = page.getByRole('region', { name: 'Test connection' });
    await client.getByLabel('Message').fill('{"action":"say","wish":"push","text":"tea"}');
    await client.getByLabel('Message').press('Control+Enter');
    const said = client.getByRole('listitem');
    await said.filter({ hasText: '"echo": "tea"' }).waitFor();
    await expect
      .poll(async () => (await said.allTextContents()).map((text) => text.split(' ')[0]))
      .toEqual(['sent', 'received', 'received']);
    await judge();
    await client.getByRole('button', { name: 'Close' }).click();
    await client.getByText('code 1000').waitFor();
    await page.getByText('0 open connections').waitFor();
    await client.getByRole('button', { name: 'Remove' }).click();
    await client.waitFor({ state: 'hidden' });
  });

  test('and in all of that, no secret, no credential of a client, and nothing that the page should not do', async () => {
    await page.goto('/invocations');
    await page.getByRole('link', { name: 'Web', exact: true }).last().click();
    await page.getByText(/^\d+ headers$/).click();
    await page.getByText('[hidden]').waitFor();
    expect(answers.length).toBeGreaterThan(20);
    for (const word of [SECRET, 'of-a-client']) expect(answers.filter((answer) => answer.includes(word))).toEqual([]);
    // A refused connection is answered by an error, which browsers tell.
    expect(watched.complaints.filter((each) => !each.includes('409 (Conflict)'))).toEqual([]);
  });
});
