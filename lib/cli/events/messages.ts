import { BODY, base64, EVENT_SOURCE, EVENT_TYPE, idOf, parsed, type Sample, type SampleSettings, TIME } from './sample.js';

/** Of Google Cloud, and of brokers that speak CloudEvents. */
export const MESSAGES: Readonly<Record<string, Sample>> = {
  pubsub: {
    origin: 'Google Cloud',
    summary: 'a message that Pub/Sub pushes',
    source: 'https://cloud.google.com/pubsub/docs/push#receive_push',
    takes: ['body', 'attributes', 'name'],
    make: ({ body = BODY, attributes, name }) => pushed(body, TIME, attributes, name),
  },
  'pubsub-event': {
    origin: 'Google Cloud',
    summary: 'an event of an event bus, which Pub/Sub pushes with its type and source as attributes',
    source: 'https://cloud.google.com/pubsub/docs/push#receive_push',
    takes: ['type', 'source', 'body', 'name'],
    make: ({ type = EVENT_TYPE, source = EVENT_SOURCE, body = BODY, name }) => pushed(body, TIME, { type, source }, name),
  },
  'cloud-scheduler': {
    origin: 'Google Cloud',
    summary: 'a run of a Cloud Scheduler job, as faasten’s own schedules send it: through Pub/Sub push',
    source: 'https://cloud.google.com/scheduler/docs/tut-gcf-pub-sub',
    takes: ['name', 'time'],
    make: ({ name = 'nightly', time = TIME }) => pushed('{}', time, undefined, name),
  },
  cloudevent: {
    origin: 'Kubernetes',
    summary: 'a CloudEvent in structured mode, as Knative’s brokers and sources send it',
    source: 'https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md',
    takes: ['type', 'source', 'body', 'attributes', 'name', 'time'],
    make: cloudEvent,
  },
  ping: {
    origin: 'Kubernetes',
    summary: 'a run of a PingSource, as a structured CloudEvent',
    source: 'https://knative.dev/docs/eventing/sources/ping-source/reference/',
    takes: ['name', 'time', 'body'],
    make: ({ name = 'nightly', time = TIME, body = '{}' }) => ({
      specversion: '1.0',
      id: idOf(),
      type: 'dev.knative.sources.ping',
      source: `/apis/v1/namespaces/default/pingsources/${name}`,
      time,
      datacontenttype: 'application/json',
      data: parsed(body),
    }),
  },
};

/** The wrapped form of Pub/Sub. */
function pushed(body: string, time: string, attributes: SampleSettings['attributes'], name = 'orders'): object {
  const publishTime = new Date(time).toISOString();
  return {
    message: {
      ...(attributes && { attributes }),
      data: base64(body),
      messageId: '2070443601311540',
      message_id: '2070443601311540',
      publishTime,
      publish_time: publishTime,
    },
    subscription: `projects/tea-shop/subscriptions/${name}`,
  };
}

function cloudEvent({ body = BODY, attributes = {}, name = 'orders', time = TIME, ...given }: SampleSettings): object {
  const { type = 'com.example.order.placed', source = `/shop/${name}` } = given;
  const content = parsed(body);
  return {
    specversion: '1.0',
    id: idOf(),
    type,
    source,
    time,
    datacontenttype: typeof content === 'string' ? 'text/plain' : 'application/json',
    ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key.toLowerCase(), value])),
    data: content,
  };
}
