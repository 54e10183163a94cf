export interface AddReportsProps {
  readonly isEmpty: boolean;
  readonly onFiles: (files: Iterable<File>) => void;
  readonly onShare: (() => void) | null;
}

/** Buttons to add reports, and to save a comparison. */
export function AddReports({ isEmpty, onFiles, onShare }: AddReportsProps) {
  const picker = (
    <label class="picker">
      <input
        type="file"
        accept=".json,application/json"
        multiple
        data-testid="files"
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // Allows choosing the same file again.
          currentTarget.value = '';
        }}
      />
      <span>Add reports…</span>
    </label>
  );
  if (isEmpty) {
    return (
      <section class="empty-page">
        <h2>No reports yet</h2>
        <p>
          A report is a JSON file that the lab writes for one GPU in one browser. Drop two or more anywhere on
          this page, or choose them; whoever gets them sees which kernels differ, and which are slower.
        </p>
        {picker}
        <p class="note">
          The format is published as <a href="report.schema.json">JSON Schema</a>. In a terminal,{' '}
          <code>foretoken lab compare a.json b.json</code> compares without a browser.
        </p>
      </section>
    );
  }
  return (
    <div class="actions">
      {picker}
      {onShare && (
        <button type="button" onClick={onShare} data-testid="share">
          Save as one HTML file
        </button>
      )}
      <span class="note">or drop them anywhere on the page</span>
    </div>
  );
}
