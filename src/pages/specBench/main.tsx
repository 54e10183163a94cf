import { render } from 'preact';
import { readSpecBench } from '../../report/specBench/read.ts';
import { ForetokenError } from '../../util/errors.ts';
import '../frame/base.css';
import '../frame/frame.css';
import '../compare/style/layout.css';
import '../compare/style/tables.css';
import '../compare/style/charts.css';
import './specBench.css';
import { createStore } from '../frame/store.ts';
import { loadTheme, saveTheme } from '../frame/theme.ts';
import { App } from './App.tsx';
import { initialState, reduce } from './state.ts';

const root = document.getElementById('app') ?? document.body;
const storage = () => window.localStorage;
const store = createStore(reduce, initialState(loadTheme(storage)), draw);

function draw(): void {
  const { theme } = store.state;
  document.documentElement.dataset.theme = theme;
  saveTheme(storage, theme);
  render(<App state={store.state} dispatch={store.dispatch} onFile={file => void open(file)} />, root);
}

async function open(file: File): Promise<void> {
  try {
    store.dispatch({ type: 'open', bench: readSpecBench(await file.text(), file.name) });
  } catch (error) {
    store.dispatch({ type: 'refuse', message: ForetokenError.from(error).message });
  }
}

draw();
