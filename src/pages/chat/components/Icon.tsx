const PATHS = {
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  plus: 'M10 4v12M4 10h12',
  send: 'M10 16V4.5M5 9.5l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  edit: 'M4 16l.8-3.6L12.6 4.6l2.8 2.8L7.6 15.2zM11 6.2l2.8 2.8',
  again: 'M15.5 10a5.5 5.5 0 1 1-1.8-4.1M15.5 3.5v3.2h-3.2',
  go: 'M6.5 4.5l8 5.5-8 5.5z',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.8 10h7.4l.8-10',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  down: 'M5 8l5 5 5-5',
  clip: 'M14.5 9.5l-5 5a3 3 0 0 1-4.2-4.2l5.7-5.7a2 2 0 0 1 2.8 2.8l-5.6 5.6a1 1 0 0 1-1.4-1.4l5-5',
  close: 'M5 5l10 10M15 5L5 15',
  save: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  open: 'M10 13V4M6 7.5l4-4 4 4M4 16.5h12',
  text: 'M5 3.5h7l3 3v10H5zM8 9h4.5M8 12h4.5',
} as const;

export type IconName = keyof typeof PATHS;

/** Line drawing of 20 × 20 in the colour of the text around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly testId?: string;
}

/** Button that shows an icon and is named by a label. */
export function IconButton({ icon, label, onClick, disabled = false, testId }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      disabled={disabled}
      data-testid={testId}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
