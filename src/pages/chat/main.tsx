import { render } from 'preact';
import { createServer } from '../../client/index.ts';
import { createStore, partOf } from '../frame/store.ts';
import { loadTheme, saveTheme } from '../frame/theme.ts';
import { keepOffline } from '../offline/keepOffline.ts';
import { Chat } from './answer/chat.ts';
import { Completer } from './complete/completer.ts';
import { App } from './components/App.tsx';
import type { Context } from './context.ts';
import { current, freshConversation } from './conversation/chatState.ts';
import { readDeepLink } from './deepLink.ts';
import { Engine } from './engine/engine.ts';
import { Library } from './library/library.ts';
import { libraryNotice } from './library/notice.ts';
import { browserStorage } from './library/storage.ts';
import { loadAccess, saveAccess } from './models/access.ts';
import { browserFacts } from './models/browser.ts';
import { modelsEffects } from './models/effects.ts';
import type { ModelsAction } from './models/state.ts';
import { loadPreferences, savePreferences } from './preferences.ts';
import { shortcutOf } from './shortcuts.ts';
import { Comparer } from './speculation/comparer.ts';
import type { ComparisonAction } from './speculation/comparison.ts';
import { initialState, reduce, type State, WIDE } from './state.ts';
import '../frame/base.css';
import '../frame/frame.css';
import './style/shell.css';
import './style/sideBar.css';
import './style/messages.css';
import './style/composer.css';
import './style/complete.css';
import './style/panels.css';

const root = document.getElementById('app') ?? document.body;
const storage = () => window.localStorage;
const link = readDeepLink(location.search);
const preferences = loadPreferences(storage);
const asked = location.hash.slice(1);
const wishes = location.search;

let scheduled = false;
const store = createStore(
  reduce,
  initialState({
    theme: loadTheme(storage),
    preferences: { ...preferences, choices: link.choices ?? preferences.choices },
    browser: browserFacts(navigator),
    access: loadAccess(storage),
    conversation: freshConversation(preferences.presets, crypto.randomUUID(), Date.now(), link.system),
    text: link.prompt,
    hasSideBar: matchMedia(WIDE).matches,
    now: performance.now(),
  }),
  () => {
    // Not with the drawing, which waits while the tab is hidden.
    library.keep(store.state.chat);
    // Draw once per frame, because tokens may come faster.
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  },
);
const { dispatch } = store;
const wanted = store.state.engine.choices;
const library = new Library(browserStorage, error =>
  dispatch({ of: 'view', view: { notice: libraryNotice(error) } }),
);
const models = modelsEffects(
  partOf(
    store,
    ({ models }) => models,
    (action: ModelsAction) => ({ of: 'models', ...action }) as const,
  ),
);
const engine = new Engine(store, createServer, () => void models.shelf.refresh());
const chat = new Chat(store, engine);
const completer = new Completer(store, engine);
const comparer = new Comparer(
  partOf(
    store,
    ({ comparisons }) => comparisons,
    (action: ComparisonAction) => ({ of: 'comparison', ...action }) as const,
  ),
);

function context(): Context {
  return { state: store.state, engine, chat, completer, comparer, models, dispatch };
}

function draw(): void {
  scheduled = false;
  render(<App {...context()} />, root);
  keep();
}

let kept = store.state;

/** Stores what changed of the preferences, and puts the conversation into the address. */
function keep(): void {
  const before = kept;
  kept = store.state;
  const { view, engine, models, chat } = kept;
  document.documentElement.dataset.theme = view.theme;
  if (view.theme !== before.view.theme) saveTheme(storage, view.theme);
  if (engine !== before.engine || chat.presets !== before.chat.presets || view !== before.view) {
    const { choices, settings } = engine;
    savePreferences(storage, {
      choices,
      engine: settings,
      presets: chat.presets,
      showsDraft: view.showsDraft,
    });
  }
  if (models.access !== before.models.access) saveAccess(storage, models.access);
  const address = addressOf(kept);
  if (address !== addressOf(before)) history.replaceState(null, '', address);
}

/**
 * Address of the page. A conversation is named from its first message on, so that a reload shows it again. The wishes of a link stay
 * until they are fulfilled: a message was sent, or other models were chosen.
 */
function addressOf({ engine, chat }: State): string {
  const { id, messages } = current(chat);
  if (messages.length > 0) return `${location.pathname}#${id}`;
  return engine.choices === wanted ? location.pathname + wishes : location.pathname;
}

draw();
const ready = engine.load();
// Wait for the models, whose loading is what the visitor waits for. A browser that refuses leaves the page as it is.
ready
  .catch(() => {})
  .then(keepOffline)
  .catch(() => {});
void library.read().then(conversations => {
  dispatch({ of: 'chat', type: 'library', conversations });
  if (conversations.some(({ id }) => id === asked)) dispatch({ of: 'chat', type: 'open', id: asked });
});

window.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    chat.stop();
    completer.stop();
  }
  const shortcut = shortcutOf(event);
  if (!shortcut?.event) return;
  event.preventDefault();
  shortcut.run(context());
});
window.addEventListener('pagehide', () => void library.flush());
window.foretokenChat = {
  ready,
  get server() {
    return engine.server;
  },
};
