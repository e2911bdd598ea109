import { claudeCommand } from '../../widgets/program-commands.ts'
import { saveAddon } from '../../widgets/save-addon.ts'
import { copyAndTell, copyFetched } from '../../model/toasts/copy-and-tell.ts'
import { type ActionPorts, type AddAction } from './action.ts'

/** What plugs something in, and the way back where the connection is lost. */
export function addConnect(add: AddAction, { panel, live }: ActionPorts): void {
  const { status, connection, toasts } = panel
  const url = status.getState().status?.url
  if (url !== undefined) {
    add('Copy the address of this server', 'copy', () => copyAndTell(toasts, 'address', url))
  }
  if (!live) {
    add('Try to connect now', 'connection', connection.retryNow)
    return
  }
  const api = () => {
    const link = connection.api()
    if (link === null) throw new Error('There is no connection.')
    return link
  }
  add('Save the Blender add-on…', 'connect', () => {
    void saveAddon(connection.api()).then((problem) => {
      if (problem !== null) toasts.show({ kind: 'problem', text: problem })
    })
  })
  add('Copy the command that starts a Blender in the background', 'connect', () =>
    copyFetched(toasts, 'command', async () => (await api().connect.info()).blenderCommand),
  )
  add('Copy the command that adds this server to Claude Code', 'connect', () =>
    copyFetched(toasts, 'command', async () =>
      claudeCommand((await api().connect.info()).url, (await api().connect.token()).token),
    ),
  )
  add('Copy the token', 'connect', () =>
    copyFetched(toasts, 'token', async () => (await api().connect.token()).token),
  )
}
