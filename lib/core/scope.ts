import type { IConstruct } from 'constructs';
import { unknownPlatform } from './errors.js';
import type { Platform } from './platform.js';
import { platformOfUnit } from './registry.js';

/** Set on a construct by {@link usePlatform}; `Symbol.for`, so that two copies of faasten in one app agree. */
const CHOSEN = Symbol.for('faasten.platform');

/**
 * Says which platform `scope` and everything below it is for. Needed where nothing above the construct tells (a unit test, a
 * tree without a stack, a platform of your own), and to configure a platform: `usePlatform(chart, kubernetes({ gateway }))`.
 * Must come before the constructs it is for.
 */
export function usePlatform(scope: IConstruct, platform: Platform): void {
  Object.defineProperty(scope, CHOSEN, { value: platform, configurable: true });
}

/**
 * The platform of a scope: the nearest ancestor that was given one explicitly, or that is a synthesis unit of a framework.
 * @throws when there is none, with `path`, that of the construct it is for
 */
export function platformOf(scope: IConstruct, path = scope.node.path): Platform {
  const scopes = scope.node.scopes;
  for (let i = scopes.length - 1; i >= 0; i--) {
    const candidate = scopes[i]! as IConstruct & { [CHOSEN]?: Platform };
    const platform = candidate[CHOSEN] ?? platformOfUnit(candidate, path);
    if (platform) return platform;
  }
  throw unknownPlatform(path);
}
