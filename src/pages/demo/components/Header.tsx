import { THEMES, type Theme } from '../preferences.ts';

const NAMES: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

export function Header({ theme, onTheme }: { theme: Theme; onTheme: (theme: Theme) => void }) {
  return (
    <header>
      <div>
        <h1>
          <Mark />
          Foretoken
        </h1>
        <p class="tagline">
          A language model on your GPU, in this tab, with a small one running ahead of it.
        </p>
      </div>
      <fieldset class="themes">
        <legend class="hidden">Colours</legend>
        {THEMES.map(name => (
          <label key={name}>
            <input type="radio" name="theme" checked={theme === name} onChange={() => onTheme(name)} />
            <span class="theme-name">{NAMES[name]}</span>
          </label>
        ))}
      </fieldset>
    </header>
  );
}

/** A token that is decided, underlined like accepted ones below, and one that is only proposed. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="5" width="13" height="16" rx="3" class="solid" />
      <rect x="19" y="6.25" width="10.5" height="13.5" rx="2.5" class="outline" />
      <rect x="2" y="25" width="13" height="3" rx="1.5" class="solid" />
    </svg>
  );
}
