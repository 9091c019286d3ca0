import { POSTING_SOURCE } from '../../../core/monitoring/posting.js';

/** Inline code of a function is 4 KB at most: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html */
export const NOTIFIER_SOURCE = `const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
const targets = JSON.parse(process.env.TARGETS);
const client = new SecretsManagerClient();

async function secret(reference) {
  const { name, version } = reference;
  const which = /^[0-9a-f-]{36}$/.test(version ?? '') ? { VersionId: version } : { VersionStage: version };
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name, ...which }));
  return valueIn(SecretString, reference);
}
${POSTING_SOURCE}
exports.handler = async ({ Records }) => {
  for (const { Sns } of Records) {
    const alarm = JSON.parse(Sns.Message);
    const { AlarmName, AlarmArn, AlarmDescription = '', NewStateValue, NewStateReason } = alarm;
    const alert = {
      key: AlarmArn,
      source: AlarmArn,
      summary: AlarmName + ': ' + AlarmDescription,
      firing: NewStateValue === 'ALARM',
      page: AlarmDescription.includes('Severity: page.'),
      details: { reason: NewStateReason },
    };
    await tell(targets, alert, alarm, secret);
  }
};
`;
