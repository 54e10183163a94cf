/**
 * The worker's script as gzip in base64, for bundles that do not have it as a file. The build of the package puts it here; in
 * this repository every build has the file.
 */
export const EMBEDDED_WORKER: string | null = null;
