import { THEMES, type Theme } from './theme.ts';

const NAMES: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

/** Pages of the site, by the names of their files. */
const PAGES = { index: 'Chat', lab: 'Lab', compare: 'Compare' } as const;

export interface HeaderProps {
  /** Page that this is; null for one that lies alone, without the others beside it. */
  readonly page: keyof typeof PAGES | null;
  readonly title: string;
  readonly tagline: string;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}

/** Header of a page: its name, its purpose, the way to the other pages, and the choice of colours. */
export function Header({ page, title, tagline, theme, onTheme }: HeaderProps) {
  return (
    <header>
      <div>
        <h1>
          <Mark />
          {title}
        </h1>
        <p class="tagline">{tagline}</p>
        {page !== null && <SiteLinks here={page} />}
      </div>
      <ThemeChoice theme={theme} onTheme={onTheme} />
    </header>
  );
}

function SiteLinks({ here }: { here: keyof typeof PAGES }) {
  return (
    <nav class="site" aria-label="Pages">
      {Object.entries(PAGES).map(([name, title]) => (
        <a key={name} href={`${name}.html`} aria-current={name === here ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

/** Choice of the page's colours. */
export function ThemeChoice({ theme, onTheme }: Pick<HeaderProps, 'theme' | 'onTheme'>) {
  return (
    <fieldset class="themes">
      <legend class="hidden">Colours</legend>
      {THEMES.map(name => (
        <label key={name}>
          <input type="radio" name="theme" checked={theme === name} onChange={() => onTheme(name)} />
          <span class="theme-name">{NAMES[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Logo: a decided token, underlined like accepted ones of a text, and a proposed one. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="5" width="13" height="16" rx="3" class="solid" />
      <rect x="19" y="6.25" width="10.5" height="13.5" rx="2.5" class="outline" />
      <rect x="2" y="25" width="13" height="3" rx="1.5" class="solid" />
    </svg>
  );
}
