import type { Connection } from './connection.ts'
import { takePanelKey, type KeyPorts } from './panel-key.ts'
import { askForPanelPort, listenForPanelPort, openPortLink } from './port-link.ts'
import { openSocketLink, socketUrl } from './socket-link.ts'
import type { PanelLink } from './panel-transport.ts'

/** Scheme under which the desktop shell serves the panel. */
const desktopProtocol = 'busbar:'

/**
 * Connects the panel to the shell it runs in. A key in the address (or remembered from it) means a browser in front
 * of `busbar serve`. Otherwise the preload is asked for a message port, again after each loss; on a plain page with
 * neither, the panel asks the person for the address.
 *
 * @param storage remembers the key for this tab
 */
export function connectToShell(window: Window, connection: Connection, storage: KeyPorts['storage']): void {
  const { location, history } = window
  const connectBySocket = () => {
    const key = takePanelKey({ location, history, storage })
    if (key === null) return false
    connection.connect(() => Promise.resolve(openSocketLink(socketUrl(location), key)))
    return true
  }

  if (location.protocol !== desktopProtocol) {
    // The printed address opened again in this very tab changes the fragment only, and loads nothing.
    window.addEventListener('hashchange', () => {
      if (location.hash.includes('key=')) connectBySocket()
    })
    if (connectBySocket()) return
    connection.needKey()
  }

  /** A port that came before anybody asked for it. */
  let spare: MessagePort | null = null
  let wanted: ((port: MessagePort) => void) | null = null
  listenForPanelPort(window, (port) => {
    if (wanted !== null) {
      wanted(port)
      return
    }
    spare?.close()
    spare = port
    // The first port tells a page without a key that there is a desktop shell around it.
    if (connection.state.getState().kind === 'no-key') connection.connect(openDesktopLink)
  })

  async function openDesktopLink(signal: AbortSignal): Promise<PanelLink> {
    const port =
      spare ??
      (await new Promise<MessagePort>((resolve, reject) => {
        wanted = resolve
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        askForPanelPort(window)
      }).finally(() => {
        wanted = null
      }))
    spare = null
    return openPortLink(port)
  }

  if (location.protocol === desktopProtocol) connection.connect(openDesktopLink)
  else askForPanelPort(window)
}
