/** The panel's own scheme. A page under it has an origin of its own, which no web server can ever have. */
import { protocol } from 'electron'
import { readPanelFile } from '../panel/static-files.ts'

const scheme = 'busbar'
const host = 'panel'

/** Address of the panel's page, the only page a window of this program shows. */
export const panelUrl = 'busbar://panel/'

/** True for an address or an origin of the panel. Anything that is not an address is not. */
export function isPanelUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && parsed.protocol === `${scheme}:` && parsed.host === host
}

/** Makes the scheme a secure origin of its own. Electron takes this only before its `ready` event. */
export function declarePanelScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/**
 * Answers the scheme's requests with the built panel's files, and with nothing else: another host is 404, another
 * method than GET and HEAD is 405.
 *
 * @param root folder of the built renderer
 */
export function servePanelScheme(root: string): void {
  protocol.handle(scheme, async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    }
    const url = new URL(request.url)
    if (url.host !== host) return new Response(null, { status: 404 })
    const { status, headers, body } = await readPanelFile(root, url.pathname)
    return new Response(request.method === 'HEAD' ? null : body, { status, headers })
  })
}
