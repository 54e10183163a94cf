import { expect, test } from './fixtures/test.ts';

// Chromium reports what the policy stops as errors of the page; no process answers the page of the engine.
test.use({
  expectedErrors: async ({ browserName: _ }, use) => use([/Content Security Policy/, /WebSocket/]),
});

test('no page runs script that its files do not bring, or reports to other servers', async ({ page }) => {
  for (const name of [
    'index.html',
    'lab.html',
    'compare.html',
    'spec-bench.html',
    'engine.html',
    'harness.html',
  ]) {
    await page.goto(name);
    const outcome = await page.evaluate(async () => {
      const stopped = new Set<string>();
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        stopped.add(effectiveDirective),
      );
      const script = document.createElement('script');
      script.textContent = 'window.executed = 1';
      const button = document.createElement('button');
      button.setAttribute('onclick', 'window.executed = 1');
      const image = document.createElement('img');
      image.src = 'https://leak.example/a.png';
      const style = document.createElement('style');
      style.textContent = 'body { background: red }';
      document.body.append(script, button, image, style);
      button.click();
      setTimeout('window.executed = 1');
      await fetch('http://leak.example').catch(() => {});
      await new Promise(resolve => setTimeout(resolve, 50));
      return { stopped: [...stopped].sort(), hasRun: 'executed' in window };
    });
    expect(outcome, name).toEqual({
      stopped: [
        'connect-src',
        'img-src',
        'script-src',
        'script-src-attr',
        'script-src-elem',
        'style-src-elem',
      ],
      hasRun: false,
    });
  }
});
