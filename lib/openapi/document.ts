/** The parts of an OpenAPI 3.1 document that are read or written here. https://spec.openapis.org/oas/v3.1.1.html */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, object>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

export const OPERATION_METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
export type OperationMethod = (typeof OPERATION_METHODS)[number];

/** Marks a path parameter that holds the rest of the path, with slashes, which OpenAPI has no words for. */
export const REST_EXTENSION = 'x-faasten-rest';
