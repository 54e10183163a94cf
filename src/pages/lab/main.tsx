import { render } from 'preact';
import '../frame/base.css';
import '../frame/frame.css';
import '../frame/filters.css';
import { createStore } from '../frame/store.ts';
import { loadTheme, saveTheme } from '../frame/theme.ts';
import { App } from './components/App.tsx';
import { Session } from './session.ts';
import { initialState, progressOf, reduce } from './state.ts';
import './style/lab.css';
import './style/results.css';

const root = document.getElementById('app') ?? document.body;
const storage = () => window.localStorage;
const linked = new URLSearchParams(location.search).get('case');

let scheduled = false;
const store = createStore(reduce, initialState(loadTheme(storage), linked), () => {
  // Draw once per frame, because cases may end faster.
  if (!scheduled) requestAnimationFrame(draw);
  scheduled = true;
});
const session = new Session(store);

function draw(): void {
  scheduled = false;
  const { theme } = store.state;
  document.documentElement.dataset.theme = theme;
  saveTheme(storage, theme);
  render(<App state={store.state} dispatch={store.dispatch} session={session} />, root);
}

draw();
void session.look();
window.foretokenLab = {
  run: options => session.run(options),
  progress() {
    const { running } = store.state;
    if (!running) return null;
    const { secondsLeft } = progressOf(running, performance.now());
    return { nDone: running.done.size, nJobs: running.jobs.length, current: running.current, secondsLeft };
  },
  stop: () => session.stop(),
};
