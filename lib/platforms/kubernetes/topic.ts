import type { Construct } from 'constructs';
import type { FilterSpec, FilterValue, TopicSpec } from '../../core/model.js';
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
 * The filter of a Trigger: every attribute must meet one of its conditions. The older `filter`, which every class of Broker knows, where
 * it can say so; else `filters`.
 */
export function topicFilter({ filter }: { readonly filter: FilterSpec }): object {
  const attributes = Object.entries(filter).map(([attribute, values]) => {
    const extension = attributeExtension(attribute);
    return { extension, terms: values.flatMap((value) => termsOf(extension, value)) };
  });
  if (attributes.length === 0) return {};
  if (attributes.every(({ terms: [first, second] }) => first && 'exact' in first && !second)) {
    return { filter: { attributes: Object.assign({}, ...attributes.map(({ terms }) => (terms[0] as { exact: object }).exact)) } };
  }
  return { filters: attributes.map(({ terms }) => (terms.length === 1 ? terms[0] : { any: terms })) };
}

function termsOf(extension: string, value: FilterValue): object[] {
  if (typeof value === 'string') return formsOf(value).map((form) => ({ exact: { [extension]: form } }));
  if ('prefix' in value) return formsOf(value.prefix).map((form) => ({ prefix: { [extension]: form } }));
  if ('exists' in value) return [{ cesql: `${value.exists ? '' : 'NOT '}EXISTS ${extension}` }];
  const others = value.not.flatMap(formsOf).map((form) => ({ not: { exact: { [extension]: form } } }));
  // An attribute that is not there has none of the values either, and does not count.
  return [{ all: [{ cesql: `EXISTS ${extension}` }, ...others] }];
}

/** As it is sent, and as a Broker may show it that decodes headers. */
function formsOf(value: string): string[] {
  return [...new Set([extensionValue(value), value])];
}
