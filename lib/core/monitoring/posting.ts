/**
 * What posts alarms to webhooks, Slack and PagerDuty, as JavaScript for the targets' own functions: on AWS inline code, which has 4 KB
 * in all. They add how a message of theirs is read, and a secret.
 *
 * `tell(targets, alert, body, secret)` throws when one of the targets was not told. `targets` is `{ webhooks, slack, pagerDuty }`, whose secrets
 * `secret(reference)` gives; `alert` is `{ key, source, summary, text, url, firing, page, details }`, of which `key` is the same when it
 * ends; `body` is what webhooks get. Errors hold neither an address nor a value of a secret: both may let others in.
 */
export const POSTING_SOURCE = `
function valueIn(text, { name, field }) {
  let value = text;
  if (field !== undefined) {
    try { value = JSON.parse(text)[field]; } catch { value = undefined; }
  }
  if (typeof value !== 'string') throw new Error('secret ' + name + ' has no field ' + field);
  return value.trim();
}

async function post(url, body, headers = {}) {
  const { host } = new URL(url);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(8000),
  });
  if (!response.ok) throw new Error(host + ' answered ' + response.status);
}

const plain = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

async function toSlack({ webhook, channel }, { summary, text, url, firing, page }, secret) {
  const title = plain((firing ? (page ? 'page: ' : 'ticket: ') : 'ended: ') + summary);
  const color = firing ? (page ? 'danger' : 'warning') : 'good';
  await post(await secret(webhook), {
    channel,
    attachments: [{ fallback: title, color, title, title_link: url, text: plain(text) }],
  });
}

async function toPagerDuty(key, { key: dedup_key, source, summary, firing, page, details }, secret) {
  await post('https://events.pagerduty.com/v2/enqueue', {
    routing_key: await secret(key),
    dedup_key,
    event_action: firing ? 'trigger' : 'resolve',
    payload: { summary: summary.slice(0, 1024), source, severity: page ? 'critical' : 'warning', custom_details: details },
  });
}

async function tell({ webhooks = [], slack, pagerDuty }, alert, body, secret) {
  const sent = await Promise.allSettled([
    ...webhooks.map(async ({ url, token }) => post(url, body, token && { authorization: 'Bearer ' + (await secret(token)) })),
    ...(slack ? [toSlack(slack, alert, secret)] : []),
    ...(pagerDuty ? [toPagerDuty(pagerDuty, alert, secret)] : []),
  ]);
  const failed = sent.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
  // It is tried again, and every target is told again: each knows an alarm by its key and time.
  if (failed.length > 0) throw new Error(failed.join(', '));
}
`;
