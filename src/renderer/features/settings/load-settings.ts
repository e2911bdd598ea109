import type { Panel } from '../../panel/panel.ts'

/** Asks the server for its settings, and for its tokens where this panel may change them. */
export async function loadSettings({ serverSettings, tokens }: Panel): Promise<void> {
  await serverSettings.load()
  if (serverSettings.state.getState().settings?.mayChange === true) await tokens.load()
}
