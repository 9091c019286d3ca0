import { describe, expect, test } from 'vitest';
import { FakeInspector } from '../../../../console/dev/fake.js';
import { startConsole } from '../../../../lib/platforms/local/console/server.js';
import { chromiumAvailable, launchChromium, openPage } from '../../../engines/chromium.js';
import { missing } from '../../../engines/engine.js';
import { violations } from './axe.js';

describe.skipIf(missing('chromium', chromiumAvailable()))('the console of an empty service', () => {
  test('teaches what each thing is for', async () => {
    const running = await startConsole({ inspector: new FakeInspector({ empty: true }) });
    const browser = await launchChromium();
    try {
      const { page, complaints } = await openPage(browser, running.url);
      const views: [string, string][] = [
        ['/', 'The service is empty'],
        ['/invocations', 'Nothing has run yet'],
        ['/logs', 'Nothing was logged yet'],
        ['/send', 'There is nothing to send to'],
        ['/functions', 'This service has no function'],
        ['/queues', 'This service has no queue'],
        ['/topics', 'This service has no topic'],
        ['/buckets', 'This service has no bucket'],
        ['/schedules', 'Nothing runs by the clock'],
        ['/websockets', 'This service has no WebSocket API'],
        ['/alarms', 'No alarms'],
        ['/functions/gone', 'There is no such function'],
        ['/queues/gone', 'There is no such queue'],
      ];
      for (const [path, title] of views) {
        await page.goto(path);
        await page.getByRole('heading', { level: 2, name: title }).waitFor();
        expect([path, await violations(page)]).toEqual([path, []]);
      }
      await page.goto('/timeline');
      await page.getByText(/Nothing ran in the last/).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await running.close();
    }
  });
});
