import { Construct } from 'constructs';
import {
  type BackendLink,
  type Capabilities,
  type CodeReference,
  FEATURES,
  type Feature,
  type FunctionSpec,
  type Platform,
  type RouteSpec,
  type Support,
} from '../../lib/index.js';

/**
 * A platform that writes down what it is told: the smallest one there can be, for tests of the core. The guide
 * docs/adding-a-platform.md starts from it.
 */
export class PaperPlatform implements Platform {
  readonly name = 'paper';
  readonly capabilities: Capabilities;
  /** What was asked for, in order. */
  readonly log: string[] = [];
  readonly functions = new Map<string, FunctionSpec>();

  constructor(refused: readonly Feature[] = []) {
    const support = (feature: string): Support =>
      (refused as readonly string[]).includes(feature)
        ? { unsupported: 'paper has no room for it' }
        : { native: 'a line on paper' };
    this.capabilities = Object.fromEntries(Object.keys(FEATURES).map((feature) => [feature, support(feature)])) as Capabilities;
  }

  template(): object {
    return this.log;
  }

  createFunction(scope: Construct, spec: FunctionSpec, _code: CodeReference) {
    this.log.push(`function ${spec.path}`);
    this.functions.set(spec.path, spec);
    const note = (text: string) => {
      this.log.push(`${spec.path} ${text}`);
    };
    return {
      resource: new Construct(scope, 'Resource'),
      addEnvironment: (name: string, value: string) => note(`${name}=${value}`),
      link: (name: string, link: BackendLink) =>
        note(`links ${name}: ${link.access} ${link.kind} ${link.target.resource.node.path}`),
      addSchedule: (at: Construct) => note(`schedule at ${at.node.path}`),
      addQueue: (at: Construct) => note(`queue at ${at.node.path}`),
      addTopic: (at: Construct) => note(`topic at ${at.node.path}`),
      addObjects: (at: Construct) => note(`objects at ${at.node.path}`),
    };
  }

  createApi(scope: Construct, spec: { path: string }) {
    this.log.push(`api ${spec.path}`);
    return {
      resource: new Construct(scope, 'Resource'),
      url: 'https://paper.example',
      addRoute: (at: Construct, route: RouteSpec) => {
        this.log.push(`route ${route.key} at ${at.node.path}`);
      },
    };
  }

  createQueue(scope: Construct, spec: { path: string }) {
    return this.plain(scope, `queue ${spec.path}`);
  }
  createTopic(scope: Construct, spec: { path: string }) {
    return this.plain(scope, `topic ${spec.path}`);
  }
  createBucket(scope: Construct, spec: { path: string }) {
    return this.plain(scope, `bucket ${spec.path}`);
  }

  private plain(scope: Construct, text: string) {
    this.log.push(text);
    return { resource: new Construct(scope, 'Resource') };
  }
}
