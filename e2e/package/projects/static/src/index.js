import { answer } from './page.js';

answer().then(
  text => {
    document.title = text;
  },
  error => {
    document.title = error.message;
  },
);
