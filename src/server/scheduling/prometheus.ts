/** Head of a metric in Prometheus' exposition format. */
export function head(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

/** Metric with one value. */
export function sample(name: string, type: string, help: string, value: number): string {
  return `${head(name, type, help)}${name} ${value}\n`;
}

/** Counter of llama-server's; `name` without its prefix. */
export function counter(name: string, help: string, value: number): string {
  return sample(`llamacpp:${name}`, 'counter', help, value);
}

/** Gauge of llama-server's; `name` without its prefix. */
export function gauge(name: string, help: string, value: number): string {
  return sample(`llamacpp:${name}`, 'gauge', help, value);
}
