import { render } from 'preact';
import type { Report } from '../../report/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import '../frame/base.css';
import '../frame/frame.css';
import '../frame/filters.css';
import { createStore } from '../frame/store.ts';
import { loadTheme, saveTheme } from '../frame/theme.ts';
import { App } from './components/App.tsx';
import { loadExamples } from './examples.ts';
import { addFiles, embeddedReports, shareAsFile } from './files.ts';
import { initialState, reduce } from './state.ts';
import './style/layout.css';
import './style/reports.css';
import './style/tables.css';
import './style/charts.css';

// Save the page before anything is drawn: sharing needs it as loaded.
const page = `<!doctype html>\n${document.documentElement.outerHTML}`;
// The dev server's page consists of many files, so it cannot be saved as one.
const canShare = document.querySelector('script[src]') === null;
const root = document.getElementById('app') ?? document.body;
const storage = () => window.localStorage;

const store = createStore(reduce, initialState(loadTheme(storage), []), draw);

function draw(): void {
  const { theme, reports } = store.state;
  document.documentElement.dataset.theme = theme;
  saveTheme(storage, theme);
  const share = canShare ? () => shareAsFile(page, reports) : null;
  render(
    <App
      state={store.state}
      dispatch={store.dispatch}
      onFiles={files => void addFiles(files, store.dispatch)}
      onShare={share}
    />,
    root,
  );
}

function embedded(): Report[] {
  try {
    return embeddedReports(document.getElementById('reports')?.textContent ?? '[]');
  } catch (error) {
    store.dispatch({ type: 'refuse', message: ForetokenError.from(error).message });
    return [];
  }
}

draw();
const brought = embedded();
for (const report of brought) store.dispatch({ type: 'add', report });
if (brought.length === 0) {
  void loadExamples().then(reports => {
    if (reports.length > 0) store.dispatch({ type: 'examples', reports });
  });
}
