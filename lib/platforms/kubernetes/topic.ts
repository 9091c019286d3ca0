import type { Construct } from 'constructs';
import type { TopicSpec, TopicTriggerSpec } from '../../core/model.js';
import type { TopicBackend } from '../../core/platform.js';
import { attributeExtension, extensionValue } from '../../runtime/wire.js';
import { Broker } from './broker.js';
import type { Settings } from './options.js';

/** CloudEvents type of messages that links publish. */
export const TOPIC_MESSAGE = 'dev.faasten.topic.message';

/** A topic: a Broker of its own, with one Trigger per function. */
export class TopicResources implements TopicBackend {
  readonly broker: Broker;

  constructor(
    scope: Construct,
    readonly spec: TopicSpec,
    settings: Settings,
  ) {
    this.broker = new Broker(scope, 'Resource', { what: 'topic', path: spec.path, tags: spec.tags }, settings);
  }

  get resource() {
    return this.broker.resource;
  }
}

/**
 * The filter of a Trigger: every attribute must have one of its values. The older `filter`, which every class of Broker knows, where
 * it can say so; `filters` for attributes with several values.
 */
export function topicFilter({ filter }: TopicTriggerSpec): object {
  const attributes = Object.entries(filter).map(([attribute, values]) => {
    // As it is sent, and as a Broker may show it that decodes headers.
    const forms = [...new Set(values.flatMap((value) => [extensionValue(value), value]))];
    return { extension: attributeExtension(attribute), forms };
  });
  if (attributes.length === 0) return {};
  if (attributes.every(({ forms }) => forms.length === 1)) {
    return { filter: { attributes: Object.fromEntries(attributes.map(({ extension, forms }) => [extension, forms[0]!])) } };
  }
  return {
    filters: attributes.map(({ extension, forms }) => {
      const exact = forms.map((form) => ({ exact: { [extension]: form } }));
      return exact.length === 1 ? exact[0] : { any: exact };
    }),
  };
}
