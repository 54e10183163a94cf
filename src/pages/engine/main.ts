import { runEngine } from './engine.ts';

const secret = location.hash.slice(1);
const status = document.querySelector('output');

runEngine(secret, text => {
  if (status) status.value = text;
});
