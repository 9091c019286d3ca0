export interface TopicSpec {
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface TopicTriggerSpec {
  readonly kind: 'topic';
  /** Attribute name to the values of which one must be there; all attributes must match. Empty: every message. */
  readonly filter: Readonly<Record<string, readonly string[]>>;
}
