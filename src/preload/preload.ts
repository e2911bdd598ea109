/**
 * The bridge between the panel's page and the main process: it carries one message port over, and nothing else.
 * The page gets no function from here.
 */
import { ipcRenderer } from 'electron'
import { panelPortChannel } from '../shared/panel-socket.ts'

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window || event.origin !== window.location.origin) return
  const { data } = event
  if (typeof data === 'object' && data !== null && 'type' in data && data.type === 'busbar:panel-ready') {
    ipcRenderer.send(panelPortChannel)
  }
})

ipcRenderer.on(panelPortChannel, (event) => {
  window.postMessage(panelPortChannel, window.location.origin, [...event.ports])
})
