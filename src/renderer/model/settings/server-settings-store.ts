import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SettingChange, Settings } from '../../../shared/settings.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'

export interface ServerSettingsState {
  /** Null until the server has told. */
  readonly settings: Settings | null
  readonly problem: string | null
}

/** Times and limits of the server, as they are in force and as they are kept for its next start. */
export interface ServerSettings {
  readonly state: StoreApi<ServerSettingsState>
  load: () => Promise<void>
  /** Answers why it was not kept; null where it was. */
  keep: (change: SettingChange) => Promise<string | null>
}

export function createServerSettings({ api }: { api: () => PanelApi | null }): ServerSettings {
  const state = createStore<ServerSettingsState>(() => ({ settings: null, problem: null }))
  return {
    state,
    async load() {
      const link = api()
      if (link === null) return
      try {
        const settings = await link.settings.get()
        state.setState({ settings, problem: null })
      } catch (error) {
        state.setState({ problem: callProblem(error, 'what is set') })
      }
    },
    async keep(change) {
      const link = api()
      if (link === null) return noConnection
      try {
        const answer = await link.settings.set(change)
        if (answer.outcome === 'refused') return answer.message
        state.setState(({ settings }) => ({
          settings: settings && {
            ...settings,
            settings: settings.settings.map((each) => (each.key === change.key ? answer.setting : each)),
          },
        }))
        return null
      } catch (error) {
        return callProblem(error, 'whether it was kept')
      }
    },
  }
}
