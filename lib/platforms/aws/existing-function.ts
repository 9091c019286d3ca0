import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { attachExisting } from '../../core/attachment.js';
import { makeLinkable } from '../../core/link.js';
import type { Backend } from '../../core/platform.js';
import { platformOf } from '../../core/scope.js';
import type { Linkable } from '../../core/typing.js';

/** A function, version or alias of the larger stack, as faasten's own functions see it. */
export interface ExistingFunctionBackend extends Backend {
  readonly resource: IFunction;
  readonly existing: true;
}

type ExistingCall<Input, Output> = {
  readonly kind: 'function';
  readonly access: 'invoke';
  readonly accepts: (input: Input) => void;
  readonly returns: Output;
};

/** A Lambda function of the larger stack, for links: `AwsFunction.from()` makes it. */
export class AwsExistingFunction<Input = any, Output = any> extends Construct implements Linkable<ExistingCall<Input, Output>> {
  declare readonly '~link'?: ExistingCall<Input, Output>;

  /** @internal */
  constructor(
    scope: Construct,
    id: string,
    readonly lambda: IFunction,
  ) {
    super(scope, id);
    const backend: ExistingFunctionBackend = { resource: lambda, existing: true };
    attachExisting(this, 'function', platformOf(this), { platform: 'aws', backend });
    makeLinkable(this, { kind: 'function', access: 'invoke', construct: this });
  }
}
