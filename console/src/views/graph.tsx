import { useComputed, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { GraphNode } from '../../../lib/platforms/local/console/protocol.js';
import { plural } from '../format.js';
import { graph } from '../state/live.js';
import { adjust, query } from '../state/router.js';
import { KindIcon } from '../ui/icons.js';
import { Choice, Empty, View } from '../ui/parts.js';
import { nodeAddress, nodeOf } from './addresses.js';
import { type Layout, layoutOf, type PlacedNode } from './graph-layout.js';
import { GraphList } from './graph-list.js';
import { GraphPanel } from './graph-panel.js';
import { NodeState } from './graph-state.js';
import { PassedLabels, Traffic } from './graph-traffic.js';

const ZOOMS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.5, 1.8];
/** Smaller than this nobody reads it: the picture scrolls instead. */
const SMALLEST_FIT = 0.7;
const LARGEST_FIT = 1.3;

export function GraphView() {
  const as = query.value.get('as') === 'list' ? 'list' : 'picture';
  const selected = nodeOf(query.value.get('node') ?? undefined);
  const nodes = graph.value?.nodes ?? [];
  return (
    <View
      title="Graph"
      wide
      lead={`${plural(nodes.filter(({ kind }) => kind === 'function').length, 'function')} and what leads to them. What happens runs along the lines, which count it since this page was opened.`}
      actions={
        <Choice
          label="Shown as"
          value={as}
          options={[
            ['picture', 'Picture'],
            ['list', 'List'],
          ]}
          onChange={(value) => adjust({ as: value === 'list' ? 'list' : undefined })}
        />
      }
    >
      {nodes.length === 0 ? (
        <div class="card">
          <Empty title="The service is empty">
            <p>Declare a function and something that starts it, and save: they appear here.</p>
            <pre>
              {
                "new HttpApi(this, 'Api', {\n  routes: { 'GET /': new ServerlessFunction(this, 'Hello', { entry: 'hello.ts' }) },\n});"
              }
            </pre>
          </Empty>
        </div>
      ) : as === 'list' ? (
        <GraphList />
      ) : (
        <div class={selected ? 'graph-area with-panel' : 'graph-area'}>
          <Picture selected={selected} />
          {selected && <GraphPanel node={selected} onClose={() => adjust({ node: undefined })} />}
        </div>
      )}
    </View>
  );
}

function Picture({ selected }: { selected: GraphNode | undefined }) {
  const placed = useComputed(() => layoutOf(graph.value!));
  const zoom = useSignal(1);
  const fitted = useSignal(true);
  const frame = useRef<HTMLElement>(null);
  const { width, height } = placed.value;

  const fitToFrame = () => {
    const room = frame.current;
    if (!room) return;
    fitted.value = true;
    zoom.value = Math.max(SMALLEST_FIT, Math.min(LARGEST_FIT, (room.clientWidth - 2) / width, (innerHeight - 170) / height));
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => fitted.value && fitToFrame());
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, [width, height]);
  const step = (by: 1 | -1) => {
    fitted.value = false;
    const at = ZOOMS.findIndex((each) => each >= zoom.value - 0.01);
    zoom.value = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, (at < 0 ? ZOOMS.length - 1 : at) + by))]!;
  };

  return (
    <div class="card graph-card">
      <section class="graph-frame" aria-label="Picture of the service" tabIndex={0} ref={frame}>
        <div class="graph-size" style={{ width: `${width * zoom.value}px`, height: `${height * zoom.value}px` }}>
          <div class="graph" style={{ width: `${width}px`, height: `${height}px`, transform: `scale(${zoom.value})` }}>
            <Drawing placed={placed.value} selected={selected} />
          </div>
        </div>
      </section>
      <div class="graph-tools">
        <input
          type="search"
          aria-label="Find in the picture"
          placeholder="Find"
          value={query.value.get('find') ?? ''}
          onInput={(event) => {
            adjust({ find: event.currentTarget.value });
            requestAnimationFrame(() =>
              frame.current?.querySelector('.found')?.scrollIntoView({ block: 'center', inline: 'center' }),
            );
          }}
        />
        <button type="button" class="small" aria-label="Smaller" onClick={() => step(-1)}>
          −
        </button>
        <button type="button" class="small" onClick={fitToFrame}>
          Fit
        </button>
        <button type="button" class="small" aria-label="Larger" onClick={() => step(1)}>
          +
        </button>
      </div>
    </div>
  );
}

function Drawing({ placed, selected }: { placed: Layout; selected: GraphNode | undefined }) {
  const touched = (from: string, to: string) => selected !== undefined && (from === selected.id || to === selected.id);
  return (
    <>
      {placed.groups.map(({ node, x, y, width, height }) => (
        <div
          key={node.id}
          class="graph-group"
          style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}
        >
          <button
            type="button"
            class="group-title"
            aria-pressed={selected?.id === node.id}
            onClick={() => select(node, selected)}
          >
            <KindIcon kind={node.kind} />
            {node.label}
            {node.kind === 'websocket' && <NodeState node={node} />}
          </button>
        </div>
      ))}
      <svg width={placed.width} height={placed.height} aria-hidden="true" class={selected ? 'dimmed' : ''}>
        {placed.edges.map(({ edge, path }) => (
          <path key={edge.id} d={path} class={`edge ${edge.kind} ${touched(edge.from, edge.to) ? 'touched' : ''}`} />
        ))}
        <PassedLabels edges={placed.edges} />
      </svg>
      {/* Of its own, so that what moves does not have the rest painted again. */}
      <svg width={placed.width} height={placed.height} aria-hidden="true" class="traffic">
        <Traffic edges={placed.edges} />
      </svg>
      {placed.nodes.map((each) => (
        <Node key={each.id} placed={each} selected={selected} />
      ))}
    </>
  );
}

function Node({
  placed: { node, route, isAuthorizer, x, y, width, height },
  selected,
}: {
  placed: PlacedNode;
  selected: GraphNode | undefined;
}) {
  const wanted = query.value.get('find')?.toLowerCase() ?? '';
  const found = wanted !== '' && (route ?? node.label).toLowerCase().includes(wanted) ? ' found' : '';
  const place = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
  if (route !== undefined) {
    const [method, path] = isAuthorizer ? ['who', route] : route.split(' ');
    const to = isAuthorizer ? `${node.id}/${route}` : `${node.id}#${route}`;
    return (
      <a
        class={`graph-route${found}`}
        style={place}
        href={node.kind === 'api' ? `/send?${new URLSearchParams({ to })}` : nodeAddress(node)}
        title={isAuthorizer ? `Authorizer ${route}` : route}
      >
        <span class="method">{method}</span>
        <span class="truncate">{path}</span>
      </a>
    );
  }
  return (
    <button
      type="button"
      class={`graph-node ${node.kind}${found}`}
      style={place}
      aria-pressed={selected?.id === node.id}
      onClick={() => select(node, selected)}
    >
      <KindIcon kind={node.kind} />
      <span class="graph-text">
        <span class="truncate">{node.label}</span>
        <NodeState node={node} />
      </span>
    </button>
  );
}

const select = (node: GraphNode, selected: GraphNode | undefined) =>
  adjust({ node: node.id === selected?.id ? undefined : node.id });
