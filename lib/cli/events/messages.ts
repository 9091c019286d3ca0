import { BODY, base64, idOf, parsed, type Sample, type SampleSettings, TIME } from './sample.js';

/** Of Google Cloud, and of brokers that speak CloudEvents. */
export const MESSAGES: Readonly<Record<string, Sample>> = {
  pubsub: {
    origin: 'Google Cloud',
    summary: 'a message that Pub/Sub pushes',
    source: 'https://cloud.google.com/pubsub/docs/push#receive_push',
    takes: ['body', 'attributes', 'name'],
    make: ({ body = BODY, attributes, name = 'orders' }) => ({
      message: {
        ...(attributes && { attributes }),
        data: base64(body),
        messageId: '2070443601311540',
        message_id: '2070443601311540',
        publishTime: new Date(TIME).toISOString(),
        publish_time: new Date(TIME).toISOString(),
      },
      subscription: `projects/tea-shop/subscriptions/${name}`,
    }),
  },
  cloudevent: {
    origin: 'Kubernetes',
    summary: 'a CloudEvent in structured mode, as Knative’s brokers and sources send it',
    source: 'https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md',
    takes: ['body', 'attributes', 'name', 'time'],
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

function cloudEvent({ body = BODY, attributes = {}, name = 'orders', time = TIME }: SampleSettings): object {
  const content = parsed(body);
  return {
    specversion: '1.0',
    id: idOf(),
    type: 'com.example.order.placed',
    source: `/shop/${name}`,
    time,
    datacontenttype: typeof content === 'string' ? 'text/plain' : 'application/json',
    ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key.toLowerCase(), value])),
    data: content,
  };
}
