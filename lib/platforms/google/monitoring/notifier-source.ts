import { POSTING_SOURCE } from '../../../core/monitoring/posting.js';

/** Export that Google's runtime calls. */
export const NOTIFIER_EXPORT = 'notify';

/**
 * Gets incidents that Pub/Sub pushes, at the path that names their channel, in the form of
 * https://cloud.google.com/monitoring/support/notification-options#schema-pubsub. An answer other than 2xx has Pub/Sub push it again.
 */
export const NOTIFIER_SOURCE = `const channels = JSON.parse(process.env.CHANNELS);
const METADATA = process.env.GCE_METADATA_HOST || 'metadata.google.internal';

async function json(what, url, headers) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error(what + ' answered ' + response.status);
  return response.json();
}

async function secret(reference) {
  const account = 'http://' + METADATA + '/computeMetadata/v1/instance/service-accounts/default/token';
  const { access_token } = await json('the metadata server', account, { 'metadata-flavor': 'Google' });
  const version = reference.secret + '/versions/' + (reference.version || 'latest');
  const url = 'https://secretmanager.googleapis.com/v1/' + version + ':access';
  const { payload } = await json('Secret Manager, asked for ' + version + ',', url, { authorization: 'Bearer ' + access_token });
  return valueIn(Buffer.from(payload.data, 'base64').toString(), reference);
}
${POSTING_SOURCE}
function alertOf({ incident }) {
  const { incident_id, policy_name = '', summary = '', url, state, severity = '', documentation, condition_name } = incident;
  const asked = (incident.policy_user_labels || {}).severity;
  return {
    key: incident_id,
    source: url || incident_id,
    summary: policy_name + (summary ? ': ' + summary : ''),
    text: (documentation && documentation.content) || '',
    url,
    firing: !/^closed$/i.test(state),
    page: asked ? asked === 'page' : /^critical$/i.test(severity),
    details: { condition: condition_name, url },
  };
}

export async function ${NOTIFIER_EXPORT}(request, response) {
  const channel = request.path.slice(1);
  try {
    if (!channels[channel]) throw new Error('there is no such channel');
    const notification = JSON.parse(Buffer.from(request.body.message.data, 'base64').toString());
    await tell(channels[channel], alertOf(notification), notification, secret);
    response.status(204).end();
  } catch (error) {
    console.error(JSON.stringify({ severity: 'ERROR', message: 'an incident was not passed on', channel, error: error.message }));
    response.status(500).end();
  }
}
`;
