export interface EventTriggerSpec {
  readonly kind: 'event';
  /** Types of which an event must have one. Empty: every type. */
  readonly types: readonly string[];
  /** Sources of which an event must have one. Empty: every source. */
  readonly sources: readonly string[];
}

export interface EventBusSpec {
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
}
