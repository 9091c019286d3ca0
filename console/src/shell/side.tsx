import { useEffect, useRef } from 'preact/hooks';
import { count } from '../format.js';
import { alarmsOn, connection, deadLetters, graph, missed } from '../state/live.js';
import { type Theme, theme } from '../state/preferences.js';
import { parts, to } from '../state/router.js';
import { Icon } from '../ui/icons.js';
import { now } from '../ui/parts.js';
import { type Place, places } from './places.js';
import { paletteOpen } from './shortcuts.js';

/** Views that stand under another one in the navigation. */
const UNDER: Readonly<Record<string, string>> = { traces: 'invocations' };

export function Side() {
  return (
    <header class="side">
      <a href="/" class="brand">
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="#0f766e" />
          <path d="M9 25V12a5 5 0 0 1 5-5h9M9 16h11" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" />
          <circle cx="23.5" cy="23.5" r="2.6" fill="#fbbf24" />
        </svg>
        <span class="brand-name">
          <strong class="truncate">{graph.value?.service ?? 'faasten'}</strong>
          <span>on this machine</span>
        </span>
      </a>
      <nav aria-label="Views">
        <ul>
          {places.value.map((place) => (
            <NavItem key={place.view} place={place} />
          ))}
        </ul>
      </nav>
      <div class="side-foot">
        <button
          type="button"
          class="search-button"
          onClick={() => {
            paletteOpen.value = true;
          }}
        >
          <span class="row">
            <Icon name="search" /> <span class="words">Go to …</span>
          </span>
          <kbd>Ctrl K</kbd>
        </button>
        <ThemeSwitch />
        <Connection />
      </div>
    </header>
  );
}

function NavItem({ place: { view, title, icon, gap } }: { place: Place }) {
  const [first = ''] = parts.value;
  const current = (UNDER[first] ?? first) === view;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // Where the window is narrow, the navigation scrolls.
    if (current) item.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <li class={gap ? 'gap' : undefined} ref={item}>
      <a href={to(view)} aria-current={current ? 'page' : undefined}>
        <Icon name={icon} />
        {title}
        {view === 'queues' && deadLetters.value > 0 && (
          <span class="badge bad">
            {count(deadLetters.value)}
            <span class="visually-hidden"> dead letters</span>
          </span>
        )}
        {view === 'alarms' && alarmsOn.value > 0 && <span class="badge bad">{count(alarmsOn.value)}</span>}
      </a>
    </li>
  );
}

function ThemeSwitch() {
  return (
    <select
      aria-label="Theme"
      value={theme.value}
      onChange={(event) => {
        theme.value = event.currentTarget.value as Theme;
      }}
    >
      <option value="system">System theme</option>
      <option value="light">Light theme</option>
      <option value="dark">Dark theme</option>
    </select>
  );
}

/** How long it is said that something was left out. */
const MISSED_MS = 10_000;

function Connection() {
  const [tone, text] =
    connection.value === 'live'
      ? ['good', 'Live']
      : connection.value === 'lost'
        ? ['bad', 'Not connected']
        : ['running', 'Connecting'];
  const { count: left, timeMs } = missed.value;
  return (
    <span class={`connection status ${tone}`}>
      <span>
        {text}
        {now.value - timeMs < MISSED_MS && (
          <span
            class="muted"
            title="More happens than a page can show. Lists are asked for again; numbers on the graph stay true."
          >
            {' '}
            · {count(left)} left out
          </span>
        )}
      </span>
    </span>
  );
}
