import { Annotations, CfnResource, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { attachmentOf } from '../../core/attachment.js';
import { LIMITS, type Limit } from './limits.js';

/** From here on there is a warning: enough is left to do something about it before a deployment fails. */
const WARN_AT = 0.8;
const HEAVIEST_SHOWN = 5;
/** What the synthesizers of stacks that are bootstrapped add when they write: a parameter, and a rule on it of about so many bytes. */
const RULE_PARAMETER = 'BootstrapVersion';
const RULE_BYTES = 800;

interface Template {
  readonly Resources?: object;
  readonly Outputs?: object;
  readonly Parameters?: object;
  readonly Mappings?: object;
}

/** What CloudFormation limits in one template. Nested stacks have templates, and limits, of their own. */
interface Count {
  readonly id: string;
  readonly what: string;
  readonly limit: Limit;
  readonly count: (template: Template, stack: Stack) => number;
  /** How much of it one resource is; without it, the constructs are not told. */
  readonly weight?: (resource: CfnResource) => number;
  readonly advice: string;
  readonly adviceNested?: string;
}

const SPLIT =
  'spread its functions over nested stacks with AwsService.tune({ nestedStacks }), or put some of its services into another Stack';
/** Where functions are spread over nested stacks already. */
const SPREAD =
  'put new functions into another one with AwsFunction.tune({ nestedStack }), or into a service of their own, as those that are deployed ' +
  'must stay';

const COUNTS: readonly Count[] = [
  {
    id: 'stackResources',
    what: 'resources',
    limit: LIMITS.stackResources,
    count: ({ Resources = {} }) => Object.keys(Resources).length,
    weight: () => 1,
    advice: SPLIT,
    adviceNested: SPREAD,
  },
  {
    id: 'templateSize',
    what: 'bytes of template',
    limit: LIMITS.templateBytes,
    count: (template, stack) => Buffer.byteLength(JSON.stringify(template, undefined, indentation(stack))) + RULE_BYTES,
    weight: (resource) => Buffer.byteLength(JSON.stringify(Stack.of(resource).resolve(rendered(resource)))),
    advice: `${SPLIT}, or write templates without indentation: new Stack(…, { suppressTemplateIndentation: true })`,
  },
  {
    id: 'stackOutputs',
    what: 'outputs',
    limit: LIMITS.stackOutputs,
    count: ({ Outputs = {} }) => Object.keys(Outputs).length,
    advice: 'every resource that another stack refers to is one: put what refers to each other into one stack',
  },
  {
    id: 'stackParameters',
    what: 'parameters',
    limit: LIMITS.stackParameters,
    count: ({ Parameters = {} }, stack) => new Set([...Object.keys(Parameters), ...(stack.nested ? [] : [RULE_PARAMETER])]).size,
    advice: 'a nested stack has one for every resource outside that it refers to: put what refers to each other into one stack',
  },
  {
    id: 'stackMappings',
    what: 'mappings',
    limit: LIMITS.stackMappings,
    count: ({ Mappings = {} }) => Object.keys(Mappings).length,
    advice: SPLIT,
  },
];

const WATCHED = new WeakSet<Stack>();

/**
 * Has synthesis count what CloudFormation will count: the finished template, after all Aspects and with the parameters and outputs
 * that references between stacks have made. Warns from 80 % on, and fails above the limit.
 */
export function watchStackLimits(stack: Stack): void {
  if (WATCHED.has(stack)) return;
  WATCHED.add(stack);
  stack.node.addValidation({ validate: () => exceeded(stack) });
}

function exceeded(stack: Stack): string[] {
  const template = rendered(stack) as Template;
  const errors: string[] = [];
  for (const { id, what, limit, count, weight, ...to } of COUNTS) {
    const value = id === 'stackResources' ? resourceLimit(stack, limit.value) : limit.value;
    const found = count(template, stack);
    if (found < value * WARN_AT) continue;
    const advice = (stack.nested && to.adviceNested) || to.advice;
    const heaviest = weight ? `; the heaviest are ${heaviestOf(stack, weight)}` : '';
    const message = `stack '${stack.node.path}': it has ${found} ${what}, and CloudFormation takes ${value} (${limit.source})${heaviest}; ${advice}`;
    if (found > value) errors.push(message);
    else Annotations.of(stack).addWarningV2(`faasten:${id}`, message);
  }
  if (!stack.nested) warnOfHierarchy(stack);
  return errors;
}

/** Only a warning: a service that grows step by step never changes so many at once. */
function warnOfHierarchy(stack: Stack): void {
  const { value, source } = LIMITS.nestedResources;
  if (!stack.node.findAll().some((construct) => Stack.isStack(construct) && construct !== stack)) return;
  const found = stack.node.findAll().filter(CfnResource.isCfnResource).length;
  if (found < value * WARN_AT) return;
  Annotations.of(stack).addWarningV2(
    'faasten:nestedResources',
    `stack '${stack.node.path}': it has ${found} resources with those of its nested stacks, and CloudFormation creates, updates or deletes at ` +
      `most ${value} of them in one deployment (${source}); put some of its services into another Stack, or deploy it in steps`,
  );
}

/** The CDK's own context key, for those whose templates do not end in CloudFormation; 0 is no limit. */
function resourceLimit(stack: Stack, otherwise: number): number {
  const set = stack.node.tryGetContext('@aws-cdk/core:stackResourceLimit');
  return set === undefined ? otherwise : Number(set) || Number.POSITIVE_INFINITY;
}

/** `shop/Shop/Api (201), shop/Shop/Report (14)`: by portable construct, or by what the resource is the primary child of. */
function heaviestOf(stack: Stack, weight: (resource: CfnResource) => number): string {
  const weights = new Map<IConstruct, number>();
  for (const resource of stack.node.findAll().filter(CfnResource.isCfnResource)) {
    if (Stack.of(resource) !== stack) continue;
    const owner = ownerOf(resource);
    weights.set(owner, (weights.get(owner) ?? 0) + weight(resource));
  }
  const sorted = [...weights].sort(([a, more], [b, less]) => less - more || (a.node.path < b.node.path ? -1 : 1));
  const shown = sorted.slice(0, HEAVIEST_SHOWN).map(([{ node }, sum]) => `${node.path} (${sum})`);
  const others = sorted.slice(HEAVIEST_SHOWN);
  const rest = others.reduce((sum, [, each]) => sum + each, 0);
  return [...shown, ...(others.length > 0 ? [`and ${others.length} others (${rest})`] : [])].join(', ');
}

function ownerOf(resource: CfnResource): IConstruct {
  const inside = resource.node.scopes.slice(resource.node.scopes.indexOf(Stack.of(resource)) + 1);
  return inside.find((scope) => attachmentOf(scope)) ?? inside.at(-2) ?? resource;
}

/** What the CDK writes for an element or a stack: marked as internal, and the one way to see it before it is written. */
function rendered(element: Stack | CfnResource): object {
  return (element as unknown as { _toCloudFormation(): object })._toCloudFormation();
}

function indentation(stack: Stack): number | undefined {
  return (stack as unknown as { _suppressTemplateIndentation?: boolean })._suppressTemplateIndentation ? undefined : 1;
}
