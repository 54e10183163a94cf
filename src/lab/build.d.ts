/** Version and commit from the build, see vite.config.ts. */
interface ImportMetaEnv {
  readonly FORETOKEN_VERSION: string;
  readonly FORETOKEN_COMMIT: string;
}
