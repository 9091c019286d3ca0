import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FakeInspector } from '../../../../console/dev/fake.js';
import { type RunningConsole, startConsole } from '../../../../lib/platforms/local/console/server.js';
import { chromiumAvailable, launchChromium, openPage, type WatchedPage } from '../../../engines/chromium.js';
import { missing } from '../../../engines/engine.js';
import { violations } from './axe.js';

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

const VIEWS: readonly [path: string, heading: string | RegExp, shows: string][] = [
  ['/', 'Graph', 'CreateOrder'],
  ['/?node=Shop%2FFulfil', 'Graph', 'batches of 10'],
  ['/?as=list', 'Graph', 'status: paid, refused'],
  ['/invocations', 'Invocations', 'POST /orders'],
  ['/invocations?show=failed', 'Invocations', 'PaymentDeclined'],
  ['/logs?level=error', 'Logs', 'PaymentDeclined'],
  ['/timeline?span=1h', 'Timeline', 'times what the functions used'],
  ['/send?to=Shop%2FCreateOrder', 'Send', 'Past events'],
  ['/functions', 'Functions', 'Thumbnail'],
  ['/functions/Shop%2FCharge', 'Charge', 'not found; add it to .env'],
  ['/queues', 'Queues', 'Events of functions'],
  ['/queues/Shop%2FOrders', 'Orders', 'failed 5 of 5 deliveries'],
  ['/topics', 'Topics', 'paid or refused'],
  ['/buckets', 'Buckets', '.faasten/buckets/Photos'],
  ['/buckets/Shop%2FData', 'Data', 'orders/o-1.json'],
  ['/schedules', 'Schedules', 'Europe/Berlin'],
  ['/nowhere', 'Not found', 'There is no such view'],
];

describe.skipIf(missing('chromium', chromiumAvailable()))('the console in a browser', () => {
  let browser: Browser;
  let inspector: FakeInspector;
  let running: RunningConsole;
  const opened: WatchedPage[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    inspector = new FakeInspector();
    running = await startConsole({ inspector });
  });
  afterEach(async () => {
    for (const { close } of opened.splice(0)) await close();
    inspector.stop();
    await running.close();
  });
  async function open(path: string, options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> {
    const watched = await openPage(browser, running.url, options);
    opened.push(watched);
    await watched.page.goto(path);
    return watched;
  }

  test('every view shows what there is, so that everybody can use it in light and dark, and nothing else happens', async () => {
    const { page, complaints } = await open('/');
    for (const [path, title, text] of VIEWS) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(path);
      await heading(page, title);
      await page.getByRole('main').getByText(text).first().waitFor();
      expect([path, await violations(page)]).toEqual([path, []]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect([path, 'dark', await violations(page, ['color-contrast'])]).toEqual([path, 'dark', []]);
    }
    expect(complaints).toEqual([]);
  });

  test('a violation would be found', async () => {
    const { page } = await open('/queues');
    await heading(page, 'Queues');
    await page.evaluate("document.querySelector('main').append(document.createElement('input'))");
    expect(await violations(page)).toEqual([expect.stringMatching(/^label: <input>/)]);
  });
  test('a breach of the policy would be found', async () => {
    const { page, complaints } = await open('/queues');
    await heading(page, 'Queues');
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/picture' }))",
    );
    await expect.poll(() => complaints.join()).toMatch(/Content Security Policy/);
  });

  test('the graph: what is selected is explained, and traffic runs along the lines', async () => {
    const { page, complaints } = await open('/');
    await page.getByRole('button', { name: /^Fulfil/ }).click();
    const panel = page.getByRole('complementary', { name: 'About Fulfil' });
    await panel.getByText('batches of 10').waitFor();
    const edge = inspector.graph().edges.find(({ from, to }) => from === 'Shop/Orders' && to === 'Shop/Fulfil')!;
    await expect
      .poll(
        () => {
          inspector.emit({ type: 'traffic', edgeId: edge.id, count: 3, failed: 1, throttled: 1 });
          return page.locator('circle.dot').count();
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
    await expect.poll(() => page.locator('text.passed').count()).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.type('nightly');
    await expect.poll(() => page.locator('.found').allTextContents()).toHaveLength(2);
    await page.getByRole('button', { name: 'List', exact: true }).click();
    await page.getByRole('row', { name: /^Orders starts Fulfil .* [1-9]\d* [1-9]\d* [1-9]\d*$/ }).waitFor();
    await page.getByRole('button', { name: 'Picture', exact: true }).click();
    await page.getByRole('link', { name: 'POST /orders' }).click();
    await heading(page, 'Send');
    await expect.poll(() => page.getByRole('textbox', { name: 'Path' }).inputValue()).toBe('/orders');
    expect(complaints).toEqual([]);
  });

  test('an invocation: found by its outcome, with its error, logs, event and trace', async () => {
    const { page, complaints } = await open('/invocations');
    await page.getByRole('button', { name: 'Failed' }).click();
    await page.getByLabel('Function', { exact: true }).selectOption({ label: 'Fulfil' });
    const rows = page.getByRole('table').getByRole('link');
    await expect.poll(async () => new Set(await rows.allTextContents())).toEqual(new Set(['Fulfil']));
    await rows.first().click();
    await heading(page, 'Fulfil');
    await page.getByText('at handlers/fulfil.ts:22:5').waitFor();
    await page.getByRole('region', { name: 'Log lines' }).getByText('1 message accepted').waitFor();
    const trace = page.getByRole('region', { name: 'Trace' });
    await trace.getByText('waited in Orders').first().waitFor();
    expect(await trace.getByRole('link').allTextContents()).toEqual(expect.arrayContaining(['CreateOrder', 'Fulfil', 'Charge']));
    // What a function logged or threw is text, whatever it looks like.
    await page.getByText('the card <b>4111</b> was refused <script>alert(1)</script>').first().waitFor();
    expect(await page.locator('main b, main script').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Open the trace' }).click();
    await heading(page, 'Trace');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('region', { name: 'Log lines' }).getByRole('link', { name: 'CreateOrder' }).click();
    await heading(page, 'CreateOrder');
    await page.getByRole('button', { name: 'Replay' }).click();
    await heading(page, 'Trace');
    expect(inspector.asked[0]).toMatch(/^replay event-/);
    expect(complaints).toEqual([]);
  });

  test('invocations: text is searched for by the platform, and what comes in stands on top', async () => {
    const { page } = await open('/invocations');
    const first = page.getByRole('table').getByRole('row').nth(1);
    await first.waitFor();
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await first.waitFor();
    await inspector.send({ kind: 'schedule', scheduleId: 'Shop/NightlyReport/Nightly' });
    await page.getByRole('row', { name: /NightlyReport a run of Nightly/ }).waitFor();
    expect(await first.textContent()).toContain('NightlyReport');
    const [latest] = inspector.invocations({ limit: 1 }).items;
    inspector.emit({ type: 'invocation', invocation: { ...latest!, id: 'more', isKept: false, startTimeMs: Date.now() } });
    await first.getByText('not kept').waitFor();
    expect(await first.getByRole('link').count()).toBe(0);
  });

  test('a queue: dead letters with content and reason, redriven one by one or all, purged after a question', async () => {
    const { page, complaints } = await open('/queues');
    await page.getByRole('link', { name: 'Orders' }).click();
    await heading(page, 'Orders');
    const letters = page.getByRole('listitem').filter({ hasText: 'failed 5 of 5 deliveries' });
    await letters.first().waitFor();
    const count = await letters.count();
    expect(count).toBeGreaterThan(1);
    const letter = letters.first();
    await letter.getByText('PaymentDeclined').waitFor();
    await letter.getByText('"totalCents"').waitFor();
    await letter.getByText('5 deliveries', { exact: true }).waitFor();
    await letter.getByRole('button', { name: 'Redrive' }).click();
    await page.getByText('1 message will be delivered again').waitFor();
    await expect.poll(() => letters.count()).toBe(count - 1);
    await page.getByRole('button', { name: 'Purge …' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(inspector.asked).toEqual([expect.stringMatching(/^redrive Shop\/Orders order-\d+$/)]);
    await page.getByRole('button', { name: 'Redrive all' }).click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
    await page.getByRole('button', { name: /^On their way/ }).click();
    await page.getByRole('button', { name: 'Purge …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('heading', { name: 'Nothing waits' }).waitFor();
    expect(inspector.asked.slice(1)).toEqual(['redrive Shop/Orders all', 'purge Shop/Orders waiting']);
    expect(complaints).toEqual([]);
  });

  test('an event: from a sample, edited, sent, saved, replayed; with a token', async () => {
    const { page, complaints } = await open('/functions/Shop%2FCreateOrder');
    await page.getByRole('link', { name: 'Send an event' }).click();
    await heading(page, 'Send');
    const body = page.getByLabel('Body');
    await expect.poll(() => body.inputValue()).toContain('teapot');
    await page.getByRole('button', { name: 'What is in it …' }).click();
    await page.getByText('scope orders:write').waitFor();
    await page.getByLabel('Scopes').fill('orders:write');
    await page.getByRole('button', { name: 'Mint' }).click();
    await expect
      .poll(() => page.getByLabel('Headers').inputValue())
      .toBe('content-type: application/json\nauthorization: Bearer test.test-user');
    await body.fill('{"customer":"grace@example.com"}');
    await page.getByRole('button', { name: 'Format' }).click();
    await expect.poll(() => body.inputValue()).toBe('{\n  "customer": "grace@example.com"\n}');
    await body.press('Control+Enter');
    await page.getByRole('heading', { name: 'Status 202' }).waitFor();
    await page.getByRole('region', { name: 'Trace' }).getByRole('link', { name: 'Notify' }).waitFor();
    expect(JSON.parse(inspector.asked.at(-1)!.slice('send '.length))).toEqual({
      kind: 'http',
      apiId: 'Shop/Api',
      method: 'POST',
      path: '/orders',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test.test-user' },
      body: '{\n  "customer": "grace@example.com"\n}',
    });
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save as …' }).click();
    await page.getByLabel('Name').fill('Order of Grace');
    await page.getByLabel('Name').press('Enter');
    await page.getByRole('button', { name: 'Edit Order of Grace' }).waitFor();
    await page.getByLabel('To', { exact: true }).selectOption({ label: 'Orders' });
    await expect.poll(() => body.inputValue()).toContain('totalCents');
    await page.getByLabel('Start from').selectOption({ label: 'Order of Grace' });
    await expect.poll(() => page.getByRole('textbox', { name: 'Path' }).inputValue()).toBe('/orders');
    await page.getByRole('button', { name: 'Delete Order of Grace' }).click();
    await page.getByText('“Order of Grace” is deleted').waitFor();
    await page.getByRole('button', { name: 'To Api', exact: true }).click();
    const past = page.getByRole('table', { name: 'Past events' }).getByRole('row');
    await expect
      .poll(async () => new Set((await past.allTextContents()).slice(1).map((text) => text.slice(0, 3))))
      .toEqual(new Set(['Api']));
    await page.getByRole('button', { name: 'Replay POST /orders' }).first().click();
    await heading(page, 'Trace');
    expect(inspector.asked.some((each) => each.startsWith('replay '))).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('an event that is refused says what to do', async () => {
    const { page } = await open('/send?to=Shop%2FOrders');
    inspector.send = () =>
      Promise.reject(Object.assign(new Error('queue: it is full; purge it'), { name: 'FaastenError', code: 'conflict' }));
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('alert').getByText('queue: it is full; purge it').waitFor();
  });

  test('with the keyboard alone', async () => {
    const { page, complaints } = await open('/');
    await heading(page, 'Graph');
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the view');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Picture');
    await page.keyboard.press('g');
    await page.keyboard.press('q');
    await heading(page, 'Queues');
    await expect.poll(focused).toBe('Queues');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('Orders');
    await page.keyboard.press('Enter');
    await heading(page, 'Orders');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: 'Name of a view, function, queue or action' });
    await palette.waitFor();
    await page.keyboard.type('nightlyrep');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await heading(page, 'NightlyReport');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('theme: dark');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await heading(page, 'Invocations');
    await page.keyboard.press('/');
    await page.keyboard.type('g q ?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('g q ?');
    await page.reload();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
    expect(complaints).toEqual([]);
  });

  test('shortcuts of single keys can be switched off', async () => {
    const { page } = await open('/');
    await heading(page, 'Graph');
    await page.keyboard.press('?');
    await page.getByLabel('Shortcuts of single keys').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('q');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await heading(page, 'Graph');
  });

  test('schedules run now, objects show their content', async () => {
    const { page, complaints } = await open('/schedules');
    await page.getByRole('button', { name: 'Run now: Nightly' }).click();
    await heading(page, 'Trace');
    await page.getByRole('link', { name: 'NightlyReport' }).first().waitFor();
    await page.goto('/buckets/Shop%2FData');
    await page.getByRole('searchbox').fill('reports/');
    await expect.poll(() => page.getByRole('button', { name: /^Show / }).count()).toBe(1);
    await page.getByRole('button', { name: 'Show reports/2026-11-25.json' }).click();
    await page.getByRole('dialog').getByText('"ada@example.com"').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('what happens to the platform is said: new code, broken code, its end', async () => {
    const { page } = await open('/functions/Shop%2FCharge');
    await heading(page, 'Charge');
    inspector.emit({ type: 'reload', functionId: 'Shop/Charge', durationMs: 12, problem: 'charge.ts:3:1: expected ;' });
    await page.getByText('charge.ts:3:1: expected ;').waitFor();
    inspector.emit({ type: 'reload', functionId: 'Shop/Charge', durationMs: 12 });
    await expect.poll(() => page.getByText('Its code does not load').count()).toBe(0);
    const line = { timeMs: Date.now(), level: 'info', message: 'more than a page can show' } as const;
    await expect
      .poll(
        () => {
          for (let index = 0; index < 2500; index++) inspector.emit({ type: 'log', invocationId: 'i', line });
          return page.getByText(/left out/).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    await running.close();
    await page.getByText('The local platform does not answer').waitFor();
    running = await startConsole({ inspector, port: running.port });
    await expect.poll(() => page.getByText('Live', { exact: true }).count(), { timeout: 20_000 }).toBe(1);
  });

  test('a narrow window scrolls its tables, not the page', async () => {
    const { page, complaints } = await open('/', { viewport: { width: 360, height: 700 } });
    for (const [path, title] of VIEWS) {
      await page.goto(path);
      await heading(page, title);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect([path, width]).toEqual([path, 360]);
    }
    expect(complaints).toEqual([]);
  });
});
