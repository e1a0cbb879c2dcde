import { hash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";

/** One file of the built client, with what was compressed when it was built. */
export interface ClientFile {
  type: string;
  etag: string;
  /** Named by its content: it never changes. */
  immutable: boolean;
  bytes: Buffer;
  br: Buffer | null;
  gzip: Buffer | null;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json; charset=utf-8",
};

/**
 * The files of a built client, kept in memory (some megabytes) and looked up by their exact path: nothing outside the
 * folder can be named. A new build is noticed by its stamp; without a build there are no files.
 */
export class ClientFiles {
  readonly #folder: string;
  #stamp: number | null = null;
  #files: ReadonlyMap<string, ClientFile> = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The page that every screen begins with; null when the client is not built. Reads a new build. */
  async page(): Promise<ClientFile | null> {
    const stamp = await stat(join(this.#folder, "stamp")).then(
      (found) => found.mtimeMs,
      () => null,
    );
    if (stamp !== this.#stamp) {
      this.#files = stamp === null ? new Map() : await readFiles(this.#folder);
      this.#stamp = stamp;
    }
    return this.#files.get("/index.html") ?? null;
  }

  /** The file at this path of the URL; null when there is none. */
  async find(path: string): Promise<ClientFile | null> {
    if (this.#stamp === null) await this.page();
    return this.#files.get(path) ?? null;
  }
}

async function readFiles(folder: string): Promise<Map<string, ClientFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const there = new Set(paths);
  const served = paths.filter((path) => Object.hasOwn(TYPES, extname(path)));
  const read = async (path: string): Promise<Buffer | null> => (there.has(path) ? await readFile(path) : null);
  const files = served.map(async (path): Promise<[string, ClientFile]> => {
    const bytes = await readFile(path);
    const name = `/${relative(folder, path).split(sep).join("/")}`;
    const file: ClientFile = {
      type: TYPES[extname(path)] ?? "application/octet-stream",
      etag: `"${hash("sha1", bytes, "base64url")}"`,
      immutable: name.startsWith("/assets/"),
      bytes,
      br: await read(`${path}.br`),
      gzip: await read(`${path}.gz`),
    };
    return [name, file];
  });
  return new Map(await Promise.all(files));
}
