import type { ApiObjectMetadata } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { invalid, shown } from '../../core/errors.js';
import { physicalName } from '../../core/names.js';
import { LABEL_LENGTH, NAME_LENGTH } from './limits.js';

const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?([A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

/** Says which construct an object is of. */
export const PATH_ANNOTATION = 'faasten.dev/path';

export interface MetadataOptions {
  /** What the construct is, for error messages. */
  readonly what: string;
  /** Path of the portable construct. */
  readonly path: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Name of the resource `id` of a construct: a function of its path only, that of the construct for its main one. */
export function nameOf(scope: IConstruct, id = 'Resource', length = NAME_LENGTH): string {
  return physicalName(id === 'Resource' ? scope.node.path : `${scope.node.path}/${id}`, length);
}

/**
 * Labels and annotations of a resource. A tag is a label; one whose value a label cannot have (`R & D`) is an annotation of the
 * same key, so that its value stays what it is.
 * @throws when a tag's key can be neither
 */
export function metadataOf(options: MetadataOptions): Pick<ApiObjectMetadata, 'labels' | 'annotations'> {
  const labels: Record<string, string> = { 'app.kubernetes.io/managed-by': 'faasten' };
  const annotations: Record<string, string> = { [PATH_ANNOTATION]: options.path };
  if (options.description) annotations['kubernetes.io/description'] = options.description;
  for (const [key, value] of Object.entries(options.tags ?? {})) {
    if ((KEY.exec(key)?.[1]?.length ?? LABEL_LENGTH + 1) > LABEL_LENGTH) {
      throw invalid(
        options.what,
        options.path,
        `tags has the key ${shown(key)}, which can be no label or annotation of Kubernetes`,
        `use up to ${LABEL_LENGTH} letters, digits, '-', '_' and '.', with a letter or digit at both ends`,
      );
    }
    const target = value.length <= LABEL_LENGTH && VALUE.test(value) ? labels : annotations;
    target[key] = value;
  }
  return { labels: { ...labels, ...options.labels }, annotations: { ...annotations, ...options.annotations } };
}
