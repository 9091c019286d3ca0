import type { RouteSpec } from '../../../core/model.js';

/**
 * Finds the route of a request, as the runtime and the clouds' gateways do: literal segments win over parameters, parameters over the
 * rest of the path, a method over ANY.
 */
export class Router<T> {
  private readonly root = emptyNode<T>();

  add(route: RouteSpec, value: T): void {
    let node = this.root;
    for (const segment of route.segments) {
      if (segment.kind === 'literal') {
        const next = node.literals.get(segment.text) ?? emptyNode<T>();
        node.literals.set(segment.text, next);
        node = next;
      } else {
        node[segment.kind] ??= emptyNode<T>();
        node = node[segment.kind]!;
      }
    }
    node.methods.set(route.method, value);
  }

  /** @param path as it was sent, without the query */
  find(method: string, path: string): T | undefined {
    return search(this.root, segmentsOf(path), 0, (node) => node.methods.get(method) ?? node.methods.get('ANY'));
  }

  /** A route of the path, whatever its method: for preflights. */
  findAny(path: string): T | undefined {
    return search(this.root, segmentsOf(path), 0, ({ methods }) => methods.values().next().value);
  }
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter?: Node<T>;
  rest?: Node<T>;
  readonly methods: Map<string, T>;
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), methods: new Map() };
}

function segmentsOf(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

/** The best that takes the method: what is less exact is tried where the more exact one does not. */
function search<T>(node: Node<T>, path: readonly string[], at: number, pick: (node: Node<T>) => T | undefined): T | undefined {
  if (at === path.length) return pick(node);
  const literal = node.literals.get(path[at]!);
  const found = literal && search(literal, path, at + 1, pick);
  if (found !== undefined || path[at] === '') return found;
  return (node.parameter && search(node.parameter, path, at + 1, pick)) ?? (node.rest && pick(node.rest));
}
