import { Construct, type IConstruct } from 'constructs';
import { attach, attachmentOf } from './core/attachment.js';
import { featuresOfFunction, featuresOfTrigger, requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import { codeReference, type EntryRequest, entryFile, type MemberRequest } from './core/code.js';
import { conflicting, shown } from './core/errors.js';
import { linkTargetOf, makeLinkable } from './core/link.js';
import type { CodeSpec, FunctionSpec, RolloutSpec } from './core/model.js';
import { requireTogether } from './core/partner.js';
import { type AnsweredRoute, permissionsOf } from './core/permissions.js';
import {
  type BackendLink,
  type BucketBackend,
  type FunctionBackend,
  type Platform,
  type QueueBackend,
  type TopicBackend,
  Tuning,
} from './core/platform.js';
import { platformOf } from './core/scope.js';
import { isTrigger, type Trigger } from './core/trigger.js';
import type { CallShape, HandlerKind, KindsOf, Linkable, TriggerOf } from './core/typing.js';
import type { FunctionProps, FunctionSettings } from './function-props.js';
import type { HandlerProps } from './route-handlers.js';
import { isSecret, type Secret } from './secret.js';
import { type FunctionDefaults, mergeDefaults, type Rollout, surroundingsOf } from './service.js';
import { Watch } from './watch/construct.js';

/** A function that can be entered as kind `K`. */
export interface EnteredAs<K extends HandlerKind> {
  /** Type only. */
  readonly '~enters'?: (kind: K) => void;
}

/** A function: code, what makes it run, what it may reach, and the resources of the target that this takes. */
export class ServerlessFunction<M = any> extends Construct implements Linkable<CallShape<M>>, EnteredAs<KindsOf<M>> {
  declare readonly '~link'?: CallShape<M>;
  declare readonly '~enters'?: (kind: KindsOf<M>) => void;

  private readonly platform: Platform;
  private readonly backend: FunctionBackend;
  private readonly checks: Checks;
  private readonly triggers = new Map<string, Trigger>();
  private readonly links = new Map<string, NonNullable<ReturnType<typeof linkTargetOf>>>();
  private readonly environment: Record<string, string>;
  private readonly secrets: FunctionSpec['secrets'];
  private readonly routes: AnsweredRoute[] = [];
  private readonly authorized = new Set<string>();
  private readonly kinds = new Set<HandlerKind>();
  private readonly watch: Watch;
  private readonly members: MemberRequest[] = [];

  constructor(scope: Construct, id: string, props: FunctionProps<M>) {
    super(placed(scope, id, props), id);
    this.platform = platformOf(this);
    this.checks = new Checks('function', this.node.path, this.platform);
    const around = surroundingsOf(this);
    const settings = mergeDefaults(around.defaults, props);
    const spec = frozen(this.reduce(props, settings, around.tags));
    this.checks.own('', spec);
    this.environment = { ...spec.environment };
    this.secrets = spec.secrets;
    requireFeatures(this.platform, spec.path, [
      ...featuresOfFunction(spec),
      // Their defaults hold everywhere; asking for something else is what a target may refuse.
      ...(props.retry?.maxAttempts === undefined ? [] : ['function.retry' as const]),
      ...(props.retry?.deadLetters === undefined ? [] : ['function.deadLetters' as const]),
    ]);
    const code = codeReference(this, {
      path: spec.path,
      spec: spec.code,
      root: around.root,
      bundling: settings.bundling ?? {},
      entryRequest: (handlerFile) => this.entryRequest(handlerFile, spec),
    });
    const tuning = new Tuning([...around.tuning, ...(settings.tuning ?? [])]);
    this.backend = this.platform.createFunction(this, spec, code, tuning);
    attach(this, { type: 'function', platform: this.platform, backend: this.backend, describe: () => this.describe(spec) });
    makeLinkable(this, { kind: 'function', access: 'invoke', construct: this });
    const watched = { kind: 'function', path: spec.path, spec, backend: this.backend } as const;
    this.watch = new Watch(this, this.platform, watched, around.services, props);
    for (const [name, link] of Object.entries(props.links ?? {})) this.addLink(name, link as Linkable);
    for (const [name, trigger] of Object.entries(props.triggers ?? {})) this.addTrigger(name, trigger as TriggerOf<KindsOf<M>>);
  }

  /**
   * Sets an environment variable. Not for secrets.
   * @throws when the variable has another value already
   */
  addEnvironment(name: string, value: string): void {
    const known = this.environment[name];
    if (known !== undefined && known !== value) {
      throw conflicting(
        'function',
        this.node.path,
        `environment.${name} is ${shown(known)} already and cannot become ${shown(value)}`,
        'set it once',
      );
    }
    this.checks.environment({ [name]: value });
    this.checks.own(`environment.${name}`, value);
    requireFeatures(this.platform, this.node.path, ['function.environment']);
    this.environment[name] = value;
    this.backend.addEnvironment(name, value);
  }

  /** Adds a trigger under a name that is not taken. */
  addTrigger(name: string, trigger: TriggerOf<KindsOf<M>>): void {
    const path = this.node.path;
    this.checks.key('triggers', name);
    if (this.triggers.has(name)) throw conflicting('function', path, `triggers.${name} is taken`, 'choose another name');
    if (!isTrigger(trigger)) {
      this.checks.fail(
        `triggers.${name} is ${shown(trigger)}`,
        'give queue.messages(), topic.messages(), bucket.objects(), bus.events() or a Schedule',
      );
    }
    this.checks.own(`triggers.${name}`, trigger.spec);
    requireFeatures(this.platform, path, featuresOfTrigger(trigger.spec));
    const source = trigger.source && this.partner(trigger.source, `triggers.${name}, the ${attachmentOf(trigger.source)?.type}`);
    // Under a scope of its own, a trigger called «Role» cannot meet the platform's own children.
    const triggers = (this.node.tryFindChild('Triggers') as Construct | undefined) ?? new Construct(this, 'Triggers');
    const at = new Construct(triggers, name);
    this.kinds.add(trigger.spec.kind);
    this.triggers.set(name, trigger);
    const tuning = new Tuning(trigger.tuning ?? []);
    switch (trigger.spec.kind) {
      case 'schedule':
        this.backend.addSchedule(at, name, trigger.spec, tuning);
        // Nobody misses a run of a schedule that is switched off, or runs once.
        if (trigger.spec.enabled !== false && trigger.spec.expression.kind !== 'at') this.watch.schedule(name, trigger.spec);
        break;
      case 'queue':
        this.backend.addQueue(at, name, trigger.spec, source as QueueBackend, tuning);
        break;
      case 'topic':
        this.backend.addTopic(at, name, trigger.spec, source as TopicBackend, tuning);
        break;
      case 'objects':
        this.backend.addObjects(at, name, trigger.spec, source as BucketBackend, tuning);
        break;
      case 'changes':
        this.backend.addChanges?.(at, name, trigger.spec, source!, tuning);
        break;
      case 'stream':
        this.backend.addStream?.(at, name, trigger.spec, source!, tuning);
        break;
      case 'event':
        this.backend.addEvent?.(at, name, trigger.spec, source!, tuning);
        break;
    }
    // Messages of a queue end with the queue's own dead letters.
    if (trigger.spec.kind !== 'queue') this.watch.deadLetters();
  }

  /** Lets the function reach something, under the name by which its handler asks for it (`context.links.orders`). */
  addLink(name: string, link: Linkable): void {
    this.checks.key('links', name);
    this.join(name, link);
  }

  private join(name: string, link: Linkable): void {
    const path = this.node.path;
    if (this.links.has(name)) throw conflicting('function', path, `links.${name} is taken`, 'choose another name');
    const target = linkTargetOf(link);
    if (!target) {
      this.checks.fail(
        `links.${name} is ${shown(Construct.isConstruct(link) ? link.node.path : link)}`,
        'give a Queue, a Topic, an EventBus, a ServerlessFunction, or one access to a Bucket, as in photos.readOnly()',
      );
    }
    requireFeatures(this.platform, path, [target.kind === 'function' ? 'link.function.call' : `link.${target.kind}`]);
    const backend = this.partner(target.construct, `links.${name}, the ${target.kind}`);
    if (target.kind === 'function' && !attachmentOf(target.construct)!.existing)
      (target.construct as ServerlessFunction)._enteredBy('call');
    this.links.set(name, target);
    this.backend.link(name, { kind: target.kind, access: target.access, target: backend } as BackendLink);
  }

  /**
   * @internal Has a further handler share this function: with its links, under names of its own, and its environment. `routes` may
   * grow.
   */
  _join(name: string, handler: HandlerProps, routes: readonly string[]): void {
    const file = entryFile(this.node.path, surroundingsOf(this).root, handler.entry);
    const links = Object.keys(handler.links ?? {}).map((each) => [this.checks.key('links', each), `${name}_${each}`]);
    for (const [each, link] of Object.entries(handler.links ?? {})) this.join(`${name}_${each}`, link);
    for (const [variable, value] of Object.entries(handler.environment ?? {})) this.addEnvironment(variable, value);
    for (const [each, secret] of Object.entries(handler.secrets ?? {})) {
      const known = this.secrets[each];
      if (JSON.stringify(known) === JSON.stringify(secret.spec)) continue;
      throw conflicting(
        'function',
        this.node.path,
        known ? `two of its handlers have a secret ${each}, which are not the same` : `it was made without the secret ${each}`,
        known ? 'give one of them another name' : 'declare the route in the routes of the API',
      );
    }
    this.members.push({
      name,
      file,
      routes,
      links: Object.fromEntries(links),
      secrets: Object.keys(handler.secrets ?? {}).sort(),
    });
  }

  /** @internal Said by what leads to this function: an API's route, another function's link. */
  _enteredBy(kind: HandlerKind, route?: AnsweredRoute, watch?: Watch): void {
    this.kinds.add(kind);
    if (kind === 'call') this.watch.deadLetters();
    if (watch) this.watch.answersFor(watch);
    if (!route) return;
    this.routes.push(route);
    if (kind === 'http' && route.authorizer) this.authorized.add(route.key);
  }

  private reduce(props: FunctionProps<M>, settings: FunctionDefaults, tags: Readonly<Record<string, string>>): FunctionSpec {
    const checks: Checks = this.checks;
    for (const name of Object.keys(props.secrets ?? {})) checks.variableName('secrets', name);
    for (const [name, secret] of Object.entries(props.secrets ?? {})) {
      if (!isSecret(secret)) checks.fail(`secrets.${name} is no reference`, 'give Secret.fromName(...), never the value itself');
      if (settings.environment?.[name] !== undefined) checks.fail(`${name} is in both environment and secrets`, 'choose one');
    }
    return {
      path: this.node.path,
      code: this.codeSpec(props),
      description: props.description,
      memoryMiB: checks.integer('memoryMiB', settings.memoryMiB ?? 256, 1),
      timeoutSeconds: settings.timeout === undefined ? 30 : checks.seconds('timeout', settings.timeout, 1),
      environment: checks.environment(settings.environment ?? {}),
      secrets: Object.fromEntries(Object.entries<Secret>(props.secrets ?? {}).map(([name, secret]) => [name, secret.spec])),
      maxConcurrency: props.maxConcurrency === undefined ? undefined : checks.integer('maxConcurrency', props.maxConcurrency, 1),
      warmInstances: checks.integer('warmInstances', props.warmInstances ?? 0, 0),
      retry: {
        maxAttempts: checks.integer('retry.maxAttempts', props.retry?.maxAttempts ?? 3, 1),
        deadLetters: props.retry?.deadLetters ?? true,
      },
      rollout: settings.rollout && this.rolloutSpec(settings.rollout),
      logRetentionDays: settings.logRetention === undefined ? undefined : checks.days('logRetention', settings.logRetention),
      tags: checks.tags({ ...tags, ...props.tags }),
    };
  }

  private rolloutSpec({ canary, linear }: Rollout): RolloutSpec {
    if (!canary === !linear) this.checks.fail('rollout is neither canary nor linear, or both', 'give one of them');
    const { percent } = canary ?? linear!;
    const kind = canary ? 'canary' : 'linear';
    return {
      kind,
      percent: this.checks.integer(`rollout.${kind}.percent`, percent, 1, 99),
      seconds: canary
        ? this.checks.seconds('rollout.canary.bake', canary.bake, 1)
        : this.checks.seconds('rollout.linear.every', linear!.every, 1),
    };
  }

  private codeSpec(props: FunctionProps<M>): CodeSpec {
    const checks: Checks = this.checks;
    const given = (['entry', 'code', 'image', 'build'] as const).filter((key) => props[key] !== undefined);
    if (given.length !== 1) {
      checks.fail(
        `it has ${given.length === 0 ? 'no code' : `several kinds of code: ${given.join(', ')}`}`,
        "give exactly one of entry, code, image and build, as in entry: 'handlers/create-order.ts'",
      );
    }
    const path = (property: string, value: unknown): string => {
      if (typeof value !== 'string' || value === '')
        checks.fail(`${property} is ${shown(value)}`, 'give the path of a file or folder');
      return value.replaceAll('\\', '/');
    };
    if (props.entry !== undefined) return { kind: 'entry', entry: path('entry', props.entry) };
    if (props.code !== undefined) {
      const { directory, handler, runtime } = props.code;
      return { kind: 'prebuilt', directory: path('code.directory', directory), handler, runtime };
    }
    if (props.build !== undefined) {
      return {
        kind: 'build',
        context: path('build.context', props.build.context),
        dockerfile: props.build.dockerfile ?? 'Dockerfile',
      };
    }
    if (typeof props.image !== 'string' || !/^\S+$/.test(props.image))
      checks.fail(`image is ${shown(props.image)}`, 'give the reference of an image');
    return { kind: 'image', image: props.image };
  }

  /** The backend of a queue, topic, bucket or function that this function works with. */
  private partner(construct: IConstruct, what: string) {
    const attachment = attachmentOf(construct)!;
    requireTogether(this.platform, this, what, construct, attachment);
    return attachment.backend;
  }

  private entryRequest(handlerFile: string, spec: FunctionSpec): EntryRequest {
    return {
      path: spec.path,
      handlerFile,
      kinds: [...this.kinds].sort(),
      routes: this.routes.map(({ key }) => key).sort(),
      ...(this.authorized.size > 0 && { authorized: [...this.authorized].sort() }),
      links: [...this.links]
        .map(([name, { kind, access }]) => ({ name, kind, access }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      secrets: Object.keys(spec.secrets).sort(),
      ...(this.members.length > 0 && { members: this.sortedMembers() }),
    };
  }

  private sortedMembers(): MemberRequest[] {
    return [...this.members]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((each) => ({ ...each, routes: [...each.routes].sort() }));
  }

  private describe(spec: FunctionSpec): object {
    const named = <T, R>(entries: Iterable<[string, T]>, to: (value: T) => R) =>
      Object.fromEntries([...entries].map(([name, value]) => [name, to(value)]));
    return {
      ...spec,
      environment: this.environment,
      kinds: [...this.kinds].sort(),
      triggers: named(this.triggers, ({ spec: trigger, source }) => ({
        ...trigger,
        ...(source && { source: source.node.path }),
      })),
      links: named(this.links, ({ kind, access, construct }) => ({ kind, access, target: construct.node.path })),
      routes: this.routes.map(({ api, key }) => ({ api, key })),
      ...(this.members.length > 0 && { members: this.sortedMembers().map(({ file: _, ...member }) => member) }),
      permissions: permissionsOf(spec, this.links.values(), this.triggers, this.routes),
    };
  }
}

/** A platform may have reasons to spread functions over units of its own. */
function placed(scope: Construct, id: string, props: FunctionSettings): Construct {
  const platform = platformOf(scope, [scope.node.path, id].filter(Boolean).join('/'));
  if (!platform.placeFunction) return scope;
  const { defaults, tuning } = surroundingsOf(scope);
  const entries = [...tuning, ...(defaults.tuning ?? []), ...(props.tuning ?? [])];
  return platform.placeFunction(scope, id, new Tuning(entries));
}
