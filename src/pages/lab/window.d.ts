interface Window {
  foretokenLab: import('../../lab/options.ts').LabDriver;
}
