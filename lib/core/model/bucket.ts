export interface BucketSpec {
  readonly path: string;
  readonly versioned: boolean;
  /** What becomes of the objects when the bucket is removed from the stack. */
  readonly removal: 'retain' | 'delete';
  readonly tags: Readonly<Record<string, string>>;
}

export interface ObjectsTriggerSpec {
  readonly kind: 'objects';
  readonly events: readonly ('created' | 'deleted')[];
  readonly prefix: string;
  readonly suffix: string;
}
