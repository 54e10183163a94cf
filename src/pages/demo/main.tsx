import { render } from 'preact';
import { createServer, ModelStore } from '../../client/index.ts';
import { createStore } from '../frame/store.ts';
import { App } from './components/App.tsx';
import { loadPreferences, savePreferences } from './preferences.ts';
import { Session } from './session.ts';
import { initialState, reduce } from './state.ts';
import { StoredModels } from './storedModels.ts';
import '../frame/base.css';
import '../frame/frame.css';
import './style/page.css';
import './style/write.css';
import './style/panels.css';

const root = document.getElementById('app') ?? document.body;
const storage = () => window.localStorage;
let saved = loadPreferences(storage);

let scheduled = false;
const store = createStore(reduce, initialState(saved, performance.now()), () => {
  // Draw once per frame, because tokens may come faster.
  if (!scheduled) requestAnimationFrame(draw);
  scheduled = true;
});
const stored = new StoredModels(store, new ModelStore());
const session = new Session(store, createServer, () => void stored.refresh());

function draw(): void {
  scheduled = false;
  const { state } = store;
  document.documentElement.dataset.theme = state.theme;
  if (state.settings !== saved.settings || state.theme !== saved.theme) {
    saved = { settings: state.settings, theme: state.theme };
    savePreferences(storage, saved);
  }
  render(<App state={state} session={session} stored={stored} dispatch={store.dispatch} />, root);
}

draw();
window.addEventListener('keydown', event => {
  if (event.key === 'Escape') session.stop();
});

const ready = session.load();
ready.catch(() => {});
window.foretokenDemo = {
  ready,
  get server() {
    return session.server;
  },
};
