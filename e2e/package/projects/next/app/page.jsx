'use client';

import { useEffect } from 'react';
import { answer } from '../src/page.js';

export default function Page() {
  useEffect(() => {
    answer().then(
      text => {
        document.title = text;
      },
      error => {
        document.title = error.message;
      },
    );
  }, []);
  return null;
}
