/** Serves the panel under its own scheme. */
import { protocol } from 'electron'
import { readPanelFile } from '../panel/static-files.ts'
import { panelHost, panelScheme } from './addresses.ts'

/** Makes the scheme a secure origin of its own. Electron takes this only before its `ready` event. */
export function declarePanelScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: panelScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/**
 * Answers the scheme's requests with the built panel's files, and with nothing else: another host is 404, another
 * method than GET and HEAD is 405.
 *
 * @param root folder of the built renderer
 */
export function servePanelScheme(root: string): void {
  protocol.handle(panelScheme, async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    }
    const url = new URL(request.url)
    if (url.host !== panelHost) return new Response(null, { status: 404 })
    const { status, headers, body } = await readPanelFile(root, url.pathname)
    return new Response(request.method === 'HEAD' ? null : body, { status, headers })
  })
}
