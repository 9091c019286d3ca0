/** Where each part of the service stands: left to right, as events travel. */
import { Graph, layout } from '@dagrejs/dagre';
import type { GraphEdge, GraphNode, ServiceGraph } from '../../../lib/platforms/local/console/protocol.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A resource, or one route of an API. */
export interface PlacedNode extends Box {
  readonly id: string;
  readonly node: GraphNode;
  /** Key of the route that it stands for, or name of the authorizer. */
  readonly route?: string;
  readonly isAuthorizer?: boolean;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  /** SVG path. */
  readonly path: string;
  readonly middle: { readonly x: number; readonly y: number };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  /** Boxes around the routes of an API. */
  readonly groups: readonly (Box & { readonly node: GraphNode })[];
  readonly edges: readonly PlacedEdge[];
}

const NODE = { width: 168, height: 50 };
const ROUTE_HEIGHT = 32;
const MARGIN = 20;
/** Of a box around routes, with its title. */
const GROUP = { padding: 10, title: 30, gap: 14 };

interface Point {
  readonly x: number;
  readonly y: number;
}

export function layoutOf({ nodes, edges }: ServiceGraph): Layout {
  const graph = new Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 54, edgesep: 10, marginx: MARGIN, marginy: MARGIN + GROUP.padding });
  graph.setDefaultEdgeLabel(() => ({}));

  const byId = new Map(nodes.map((node) => [node.id, node]));
  const routes = new Map<string, { node: GraphNode; route: string; isAuthorizer: boolean }>();
  for (const { kind, from, label, detail } of edges) {
    const node = byId.get(from);
    if (kind === 'route' && node)
      routes.set(routeNode(from, label), { node, route: label, isAuthorizer: detail === 'authorizer' });
  }
  const grouped = new Set([...routes.values()].map(({ node }) => node.id));
  for (const node of nodes) graph.setNode(node.id, grouped.has(node.id) ? {} : { ...NODE });
  const width = routeWidth([...routes.values()].map(({ route }) => route));
  for (const [id, { node }] of routes) {
    graph.setNode(id, { width, height: ROUTE_HEIGHT });
    graph.setParent(id, node.id);
  }
  const known = edges.filter(({ from, to }) => byId.has(from) && byId.has(to) && !grouped.has(to));
  const source = ({ kind, from, label }: GraphEdge) => (kind === 'route' ? routeNode(from, label) : from);
  for (const edge of known) {
    if (edge.kind !== 'route' && grouped.has(edge.from)) continue;
    // Triggers and routes pull harder: the way of a request should be straight, links may bend.
    graph.setEdge(source(edge), edge.to, { weight: edge.kind === 'link' ? 1 : 3, minlen: 1 }, edge.id);
  }
  layout(graph);

  const laid = (id: string): Box => {
    const { x, y, width, height } = graph.node(id) as Box;
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  const named = [
    ...[...routes].map(([id, route]) => ({ id, ...route })),
    ...nodes.filter(({ id }) => !grouped.has(id)).map((node) => ({ id: node.id, node })),
  ];
  const down = roomForGroups(
    [...grouped].map((id) => named.filter(({ node }) => node.id === id).map((each) => laid(each.id))),
    named.filter(({ node }) => !grouped.has(node.id)).map(({ id }) => laid(id)),
  );
  const box = (id: string): Box => ({ ...laid(id), y: down(laid(id).y) });
  const placed: PlacedNode[] = named.map((each) => ({ ...each, ...box(each.id) }));
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: size.width ?? 0,
    height: down(size.height ?? 0),
    // In the order in which people read: by column, then from the top. The keyboard goes the same way.
    nodes: placed.sort((a, b) => a.x + a.width / 2 - (b.x + b.width / 2) || a.y - b.y),
    groups: [...grouped].map((id) => ({ node: byId.get(id)!, ...groupBox(placed.filter((each) => each.node.id === id)) })),
    edges: known.flatMap((edge, index) => {
      const ends = [source(edge), edge.to].sort().join();
      const twin = known.findIndex((other) => other !== edge && [source(other), other.to].sort().join() === ends);
      const shift = twin < 0 ? 0 : twin < index ? 7 : -7;
      const found = graph.edge({ v: source(edge), w: edge.to, name: edge.id }) as { points: Point[] } | undefined;
      return found
        ? [
            {
              edge,
              ...drawn(
                found.points.map(({ x, y }) => ({ x, y: down(y) })),
                box(source(edge)),
                box(edge.to),
                shift,
              ),
            },
          ]
        : [];
    }),
  };
}

const routeNode = (apiId: string, key: string): string => `${apiId}#${key}`;

/** Room for the longest route, in the width of its letters; what is longer is cut. */
function routeWidth(keys: readonly string[]): number {
  const letters = Math.max(0, ...keys.map((key) => key.length));
  return Math.min(300, Math.max(160, letters * 7.4 + 36));
}

/**
 * The layout knows no titles of groups. Gives how far down everything goes so that each has room between what stands above it and
 * below: all that is level stays level.
 */
function roomForGroups(groups: readonly (readonly Box[])[], others: readonly Box[]): (y: number) => number {
  const cuts: { readonly fromY: number; readonly by: number }[] = [];
  const down = (y: number) => cuts.reduce((sum, { fromY, by }) => (y >= fromY ? sum + by : sum), y);
  const bounds = groups.map((routes) => ({ routes, ...groupBox(routes) })).sort((a, b) => a.y - b.y);
  for (const [index, group] of bounds.entries()) {
    const first = Math.min(...group.routes.map(({ y }) => y));
    const last = Math.max(...group.routes.map(({ y }) => y));
    const beside = [...others, ...bounds.slice(0, index)].filter(
      (box) => box.x < group.x + group.width && group.x < box.x + box.width,
    );
    const above = Math.max(...beside.filter(({ y }) => y < first).map(({ y, height }) => down(y) + height));
    const missing = above + GROUP.gap - (down(first) - GROUP.title);
    if (missing > 0) cuts.push({ fromY: first, by: missing });
    const below = Math.min(...others.filter((box) => beside.includes(box) && box.y > last).map(({ y }) => y));
    const short = down(last) + ROUTE_HEIGHT + GROUP.padding + GROUP.gap - down(below);
    if (short > 0) cuts.push({ fromY: below, by: short });
  }
  return down;
}

function groupBox(boxes: readonly Box[]): Box {
  const { padding, title } = GROUP;
  const left = Math.min(...boxes.map(({ x }) => x)) - padding;
  const top = Math.min(...boxes.map(({ y }) => y)) - title;
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + padding;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + padding;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A curve through the points of the layout, from side to side, level where it begins and ends; `shift` parts two with the same ends. */
function drawn(points: readonly Point[], from: Box, to: Box, shift: number): { path: string; middle: Point } {
  const back = to.x + to.width < from.x;
  const start = { x: back ? from.x : from.x + from.width, y: from.y + from.height / 2 + shift };
  const end = { x: back ? to.x + to.width : to.x, y: to.y + to.height / 2 + shift };
  // Between neighbours there is nothing to go round.
  const way = points.length <= 3 ? [start, end] : [start, ...points.slice(1, -1), end];
  let path = `M${round(start)}`;
  for (let index = 1; index < way.length; index++) {
    const a = way[index - 1]!;
    const b = way[index]!;
    const bend = (b.x - a.x) / 2;
    path += `C${round({ x: a.x + bend, y: a.y })} ${round({ x: b.x - bend, y: b.y })} ${round(b)}`;
  }
  const half = Math.floor(way.length / 2);
  const [a, b] = way.length % 2 === 1 ? [way[half]!, way[half]!] : [way[half - 1]!, way[half]!];
  return { path, middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}

const round = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
