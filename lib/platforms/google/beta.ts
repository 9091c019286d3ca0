/**
 * Resources that only the google-beta provider has, without the bindings of that provider: its package weighs 300 MB, for three
 * resources with a handful of fields each.
 */
import { TerraformProvider, TerraformResource, type TerraformResourceLifecycle, TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';

const BETA = 'google-beta';
const MADE = new WeakMap<IConstruct, TerraformProvider>();

/** The google-beta provider of a stack: the user's own if there is one, else one that is set up like the google provider. */
export function betaProvider(stack: TerraformStack): TerraformProvider {
  const made = MADE.get(stack);
  if (made) return made;
  const own = providersOf(stack, BETA);
  const provider =
    own.find(({ alias }) => alias === undefined) ?? own[0] ?? new BetaProvider(stack, providersOf(stack, 'google')[0]);
  MADE.set(stack, provider);
  return provider;
}

/** Providers of one type in a stack. */
export function providersOf(stack: TerraformStack, type: string): TerraformProvider[] {
  return stack.node
    .findAll()
    .filter(TerraformProvider.isTerraformProvider)
    .filter((provider) => provider.terraformResourceType === type && TerraformStack.of(provider) === stack);
}

/** Methods that cdktf has on every element, and hides from TypeScript. */
type Synthesizable = Record<'synthesizeAttributes' | 'synthesizeHclAttributes', () => Record<string, unknown>>;

class BetaProvider extends TerraformProvider {
  constructor(
    stack: TerraformStack,
    private readonly model: TerraformProvider | undefined,
  ) {
    const { providerVersion, providerVersionConstraint } = model?.terraformGeneratorMetadata ?? {};
    super(stack, BETA, {
      terraformResourceType: BETA,
      terraformProviderSource: BETA,
      terraformGeneratorMetadata: { providerName: BETA, providerVersion, providerVersionConstraint },
    });
  }

  /** Late, so that settings made after this provider count, too: credentials, impersonation, labels. */
  protected override synthesizeAttributes(): Record<string, unknown> {
    const { alias, ...settings } = (this.model as unknown as Synthesizable | undefined)?.synthesizeAttributes() ?? {};
    return settings;
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const { alias, ...settings } = (this.model as unknown as Synthesizable | undefined)?.synthesizeHclAttributes() ?? {};
    return settings;
  }
}

export interface BetaResourceOptions {
  readonly lifecycle?: TerraformResourceLifecycle;
}

/** A resource of the google-beta provider: fields in Terraform's own spelling, blocks as arrays of objects. */
export class BetaResource extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    type: string,
    private readonly fields: Readonly<Record<string, unknown>>,
    options: BetaResourceOptions = {},
  ) {
    super(scope, id, {
      terraformResourceType: type,
      terraformGeneratorMetadata: { providerName: BETA },
      provider: betaProvider(TerraformStack.of(scope)),
      lifecycle: options.lifecycle,
    });
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.fields };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return hclFields(this.fields);
  }
}

function hclFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const isBlock = Array.isArray(value);
        const inner = isBlock ? value.map((each) => hclFields(each as Record<string, unknown>)) : value;
        const kind = isBlock ? ['list', 'list'] : typeof value === 'object' ? ['map', 'stringMap'] : ['simple', 'string'];
        return [name, { value: inner, isBlock, type: kind[0], storageClassType: kind[1] }];
      }),
  );
}
