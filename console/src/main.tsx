import { render } from 'preact';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import './styles/views.css';
import { App } from './shell/app.js';
import { startShortcuts } from './shell/shortcuts.js';
import { startLive } from './state/live.js';
import { startPreferences } from './state/preferences.js';
import { startRouter } from './state/router.js';
import { startCounting } from './views/graph-traffic.js';

startPreferences();
startRouter();
startShortcuts();
startCounting();
startLive();
render(<App />, document.getElementById('console')!);
