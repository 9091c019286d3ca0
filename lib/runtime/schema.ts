/**
 * Any schema that follows Standard Schema 1 (https://standardschema.dev): zod, valibot, arktype and others. Structural, so that the
 * runtime needs none of them.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[]; readonly value?: undefined };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema accepts. */
export type InputOf<S extends Schema<any, any>> = NonNullable<S['~standard']['types']>['input'];

/** What a schema makes of it. */
export type OutputOf<S extends Schema<any, any>> = NonNullable<S['~standard']['types']>['output'];

/** One reason why a value does not fit its schema. */
export interface Issue {
  /** Where in the value, as in `lines.0.quantity`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** A value that does not fit its schema. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';

  constructor(
    what: string,
    readonly issues: readonly Issue[],
  ) {
    super(
      `${what} does not fit its schema: ${issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')}`,
    );
  }
}

/**
 * The value as its schema makes it; the value itself without a schema.
 * @throws SchemaError
 */
export async function validated(schema: Schema<any, any> | undefined, value: unknown, what: string): Promise<unknown> {
  if (!schema) return value;
  const result = await schema['~standard'].validate(value);
  if (!result.issues) return result.value;
  throw new SchemaError(
    what,
    result.issues.map(({ message, path = [] }) => ({
      path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
      message,
    })),
  );
}
