interface Window {
  foretokenLab: import('../../lab/labOptions.ts').LabDriver;
}
