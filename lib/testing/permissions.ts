import type { IConstruct } from 'constructs';
import { attachmentOf } from '../core/attachment.js';
import { describe } from '../core/describe.js';
import type { Grant } from '../core/permissions.js';
import type { FunctionBackend } from '../core/platform.js';

export interface PermissionTableOptions {
  /**
   * Whether to list what the platform allows, too, where it tells: on AWS, the statements of the functions' roles.
   * @default true
   */
  readonly platform?: boolean;
}

/**
 * What every function below `scope` may do, one line each, ready for `toMatchSnapshot()`: a review shows «Worker may send to Orders»
 * as a new line, whatever else has changed. Sorted, with paths as they are below `scope`.
 */
export function permissionTable(scope: IConstruct, options: PermissionTableOptions = {}): string {
  const inside = scope.node.path === '' ? '' : `${scope.node.path}/`;
  const relative = (text: string) => (text.startsWith(inside) ? text.slice(inside.length) : text);
  const grants = new Map<string, readonly Grant[]>();
  for (const construct of options.platform === false ? [] : scope.node.findAll()) {
    const attachment = attachmentOf(construct);
    if (attachment?.type === 'function')
      grants.set(construct.node.path, (attachment.backend as FunctionBackend).permissions?.() ?? []);
  }
  const functions = [...describe(scope).functions].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = functions.flatMap(({ path, permissions }) => {
    const own = permissions.map(
      ({ may, on, ...whom }) => `${relative(path)} may ${may} ${relative(on)}${whom.for ? `, for ${whom.for}` : ''}`,
    );
    const platform = (grants.get(path) ?? []).map((grant) => `  ${grantLine(grant, relative)}`);
    return [...(own.length > 0 ? own.sort() : [`${relative(path)} may do nothing`]), ...platform.sort()];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function grantLine({ principal, effect, actions, resources, condition }: Grant, relative: (text: string) => string): string {
  const who = principal ? `${principal} may ` : '';
  const what = `${who}${effect === 'deny' ? 'never ' : ''}${[...actions].sort().join(', ')}`;
  return `${what} on ${resources.map(relative).sort().join(', ')}${condition ? ` if ${condition}` : ''}`;
}
