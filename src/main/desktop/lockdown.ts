/**
 * What no page of this program may do, whatever runs in it: leave, open windows, embed a webview, use a device or
 * a sensor. Follows Electron's security checklist.
 */
import { shell, type Session, type WebContents } from 'electron'
import { guarded } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'
import { isExternalLink, isSameDocument, type WindowPage } from './addresses.ts'

/**
 * Denies a session's pages every permission but one: the panel's copy buttons may write text to the clipboard.
 * Electron grants what no handler denies, so all three handlers are needed.
 */
export function denyPermissions(session: Session, page: () => WindowPage, log: Log): void {
  const isGranted = (permission: string, asker: string) =>
    permission === 'clipboard-sanitized-write' && page().owns(asker)
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    const granted = isGranted(permission, details.requestingUrl)
    if (!granted) log.warn({ permission, asker: details.requestingUrl }, 'permission refused')
    callback(granted)
  })
  session.setPermissionCheckHandler((_contents, permission, asker) => isGranted(permission, asker))
  session.setDevicePermissionHandler(() => false)
}

type Navigation = { readonly url: string; readonly isMainFrame: boolean; preventDefault(): void }

/** Keeps a page where it is. Its own reload is the one navigation that goes through. */
export function denyNavigation(contents: WebContents, page: () => WindowPage, log: Log): void {
  const refuse = guarded('refused navigation', (navigation: Navigation) => {
    if (navigation.isMainFrame && isSameDocument(navigation.url, page().url)) return
    navigation.preventDefault()
    log.warn({ url: navigation.url }, 'navigation refused')
  })
  contents.on('will-navigate', refuse)
  contents.on('will-frame-navigate', refuse)
  contents.on('will-redirect', refuse)
  contents.on(
    'will-attach-webview',
    guarded('refused webview', (event) => {
      event.preventDefault()
      log.warn({}, 'webview refused')
    }),
  )
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) {
      shell.openExternal(url).catch((error: unknown) => log.error({ err: error, url }, 'link not opened'))
    } else {
      log.warn({ url }, 'new window refused')
    }
    return { action: 'deny' }
  })
}
