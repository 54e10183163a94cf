/** Resources to close, in the reverse order of their opening. */
export class Resources {
  readonly #closers: (() => void | Promise<void>)[] = [];

  /** Registers `resource` and returns it. */
  use<T extends { close(): void | Promise<void> }>(resource: T): T {
    this.#closers.push(() => resource.close());
    return resource;
  }

  /** Closes all resources, even if some fail to close, and then throws the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
