interface Window {
  /** For browser drivers: runs the lab, with the page showing it, and resolves to the report. */
  foretokenLab: {
    run(
      options: import('../../lab/options.ts').LabOptions,
      onEvent?: (event: import('../../lab/options.ts').LabEvent) => void,
    ): Promise<import('../../report/index.ts').Report>;
    /** Ends the run under way; `run` then resolves to the report of what was done. */
    stop(): void;
  };
}
