/** What the build says of itself, see vite.config.ts. */
interface ImportMetaEnv {
  readonly FORETOKEN_VERSION: string;
  readonly FORETOKEN_COMMIT: string;
}
