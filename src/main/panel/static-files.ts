/**
 * The built panel's files as HTTP-like answers. Both shells serve through this one function, so the page lives
 * under the same policy in a window and in a browser. It knows nothing of sockets, schemes or methods.
 */
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** The page runs only what it was built with, and talks only to where it came from. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What a built panel consists of. An extension that is not here is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * A name in a path: it can't be `.` or `..`, start with a dot, or hold a slash, backslash, colon or NUL. A path
 * made only of such names can't leave the folder that it is joined to, on any platform.
 */
const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

export type PanelFile = {
  status: 200 | 400 | 404
  headers: Readonly<Record<string, string>>
  body: Uint8Array<ArrayBuffer>
}

/**
 * Reads one file of the built panel.
 *
 * @param root folder of the built renderer
 * @param urlPath a URL's path as it came, percent-encoded, without query; `/` is the page itself
 * @returns 200 with the file, 400 for a path that is not valid percent-encoding, 404 for everything else that is
 *   not a file of the panel. Every answer carries the content security policy. Never rejects for a path.
 */
export async function readPanelFile(root: string, urlPath: string): Promise<PanelFile> {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    return textAnswer(400, 'This address is not valid percent-encoding.\n')
  }
  const names = path === '/' ? ['index.html'] : path.split('/').slice(1)
  const last = names.at(-1) ?? ''
  const contentType = contentTypes[extname(last)]
  if (!path.startsWith('/') || contentType === undefined || !names.every((name) => safeName.test(name))) {
    return textAnswer(404, 'The panel has no such file.\n')
  }
  try {
    const body = await readFile(join(root, ...names))
    // The build puts a hash of its content in the name of everything below assets; the page itself changes.
    const cacheControl = names[0] === 'assets' ? 'public, max-age=31536000, immutable' : 'no-cache'
    return answer(200, contentType, cacheControl, body)
  } catch (error) {
    if (!isMissing(error)) throw error
    return path === '/'
      ? textAnswer(404, 'The panel is not built. Run `npm run build`.\n')
      : textAnswer(404, 'The panel has no such file.\n')
  }
}

function textAnswer(status: 400 | 404, text: string): PanelFile {
  return answer(status, 'text/plain; charset=utf-8', 'no-store', new TextEncoder().encode(text))
}

function answer(
  status: PanelFile['status'],
  contentType: string,
  cacheControl: string,
  body: Uint8Array<ArrayBuffer>,
): PanelFile {
  return {
    status,
    headers: {
      'content-type': contentType,
      'content-length': String(body.byteLength),
      'cache-control': cacheControl,
      'content-security-policy': contentSecurityPolicy,
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body,
  }
}

/** No such file, a folder in the file's place, or a file where a folder should be. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'ENAMETOOLONG'
}
