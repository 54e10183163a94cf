import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../commandLine.ts';
import { hostName } from './labHost.ts';
import type { RunOptions } from './runLine.ts';

function read(...args: readonly string[]): RunOptions {
  const command = readCommandLine(['lab', ...args]);
  if (command.kind !== 'lab') throw new Error(command.kind);
  return command.options;
}

describe('foretoken lab', () => {
  it('runs the quick set in the Chromium that it finds, by default', () => {
    expect(read()).toMatchObject({
      hosts: [{ kind: 'chromium', label: null, path: null }],
      ...{ set: 'quick', only: [], out: 'reports', baselines: [], maxSlowdown: 0.1 },
    });
  });

  it.each([
    [['--browser', 'firefox'], { kind: 'firefox', path: null }, 'firefox'],
    [['--browser', '/usr/bin/firefox-esr'], { kind: 'firefox', path: '/usr/bin/firefox-esr' }, 'firefox-esr'],
    [['--browser', '/opt/chrome'], { kind: 'chromium', label: null, path: '/opt/chrome' }, 'chrome'],
    [['--browser', '/opt/a=b/chrome'], { kind: 'chromium', label: null, path: '/opt/a=b/chrome' }, 'chrome'],
    [['--browser', 'My GPU=chromium'], { kind: 'chromium', label: 'My GPU', path: null }, 'My GPU'],
    [['--remote', 'ws://farm:1/x?k=v'], { protocol: 'playwright', url: 'ws://farm:1/x?k=v' }, 'farm:1'],
    [['--remote', 'ws://h:9222/devtools/browser/1'], { protocol: 'cdp' }, 'h:9222'],
    [['--remote', 'ws://grid:4444/session/1/se/cdp'], { protocol: 'cdp' }, 'grid:4444'],
    [['--remote', 'phone=http://localhost:9222'], { protocol: 'cdp', label: 'phone' }, 'phone'],
  ])('reads %j', (args, expected, name) => {
    const { hosts } = read(...args);
    expect(hosts).toMatchObject([expected]);
    expect(hosts.map(hostName)).toEqual([name]);
  });

  it('takes several browsers, cases and baselines', () => {
    const { hosts, only, baselines, maxSlowdown, browserArgs } = read(
      ...['--browser', 'chromium', '--remote', 'ws://a', '--only', 'argmax:*', '--only', 'mul_mat:*'],
      ...['--baseline', 'a.json', '--baseline', 'b.json', '--max-slowdown', '2.5%', '--browser-arg', '--x'],
    );
    expect(hosts.map(({ kind }) => kind)).toEqual(['chromium', 'remote']);
    expect({ only, baselines, maxSlowdown, browserArgs }).toEqual({
      only: ['argmax:*', 'mul_mat:*'],
      baselines: ['a.json', 'b.json'],
      maxSlowdown: 0.025,
      browserArgs: ['--x'],
    });
  });

  it.each([
    [['--remote', 'farm:9222'], /farm:9222 is no address of a browser; give ws:/],
    [['--max-slowdown', '0.1'], /--max-slowdown 0.1 \(give a percentage, as 10%\)/],
    [['--set', 'fast'], /give quick or full/],
    [['--browser'], /expected value for argument: --browser/],
    [['--browser', 'mine='], /no browser in --browser mine=/],
    [['--loud'], /invalid argument: --loud; see foretoken lab --help/],
    [['run'], /no command lab run; use foretoken lab \[flags\]/],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('has a help that names every flag', () => {
    const command = readCommandLine(['lab', '--help']);
    if (command.kind !== 'lab help') throw new Error(command.kind);
    for (const flag of ['--browser', '--remote', '--baseline', '--max-slowdown', '--out', 'lab compare']) {
      expect(command.text).toContain(flag);
    }
  });
});
