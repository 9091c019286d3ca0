/** Inline code of a function is 4 KB at most: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html */
export const NOTIFIER_SOURCE = `const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
const { webhooks, pagerDuty } = JSON.parse(process.env.TARGETS);
const client = new SecretsManagerClient();

async function secret({ name, field, version }) {
  const which = /^[0-9a-f-]{36}$/.test(version ?? '') ? { VersionId: version } : { VersionStage: version };
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name, ...which }));
  return field === undefined ? SecretString : JSON.parse(SecretString)[field];
}

async function post(url, body, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(8000),
  });
  if (!response.ok) throw new Error(new URL(url).host + ' answered ' + response.status);
}

async function toPagerDuty(alarm) {
  const { AlarmName, AlarmArn, AlarmDescription = '', NewStateValue, NewStateReason } = alarm;
  await post('https://events.pagerduty.com/v2/enqueue', {
    routing_key: await secret(pagerDuty),
    dedup_key: AlarmArn,
    event_action: NewStateValue === 'ALARM' ? 'trigger' : 'resolve',
    payload: {
      summary: (AlarmName + ': ' + AlarmDescription).slice(0, 1024),
      source: AlarmArn,
      severity: AlarmDescription.includes('Severity: page.') ? 'critical' : 'warning',
      custom_details: { reason: NewStateReason },
    },
  });
}

exports.handler = async ({ Records }) => {
  for (const { Sns } of Records) {
    const alarm = JSON.parse(Sns.Message);
    const sent = await Promise.allSettled([
      ...webhooks.map(async ({ url, token }) => post(url, alarm, token && { authorization: 'Bearer ' + (await secret(token)) })),
      ...(pagerDuty ? [toPagerDuty(alarm)] : []),
    ]);
    const failed = sent.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
    // Lambda invokes it again, and every target is told again: each knows an alarm by its ARN and time.
    if (failed.length > 0) throw new Error(failed.join(', '));
  }
};
`;
