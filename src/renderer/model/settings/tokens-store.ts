import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TokenCreation, TokenInfo, TokenInput } from '../../../shared/tokens.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../toasts/toasts.ts'

export interface TokensState {
  /** Null until the server has told. */
  readonly tokens: readonly TokenInfo[] | null
  /** Why they are not known (any more). */
  readonly problem: string | null
}

/** The tokens of the server. A new token itself is handed to the caller and kept nowhere. */
export interface Tokens {
  readonly state: StoreApi<TokensState>
  load: () => Promise<void>
  create: (input: TokenInput) => Promise<TokenCreation>
  /** Tells the outcome by a toast. */
  revoke: (token: Pick<TokenInfo, 'id' | 'name'>) => Promise<void>
}

export function createTokens({ api, toasts }: { api: () => PanelApi | null; toasts: Toasts }): Tokens {
  const state = createStore<TokensState>(() => ({ tokens: null, problem: null }))
  const load = async (): Promise<void> => {
    const link = api()
    if (link === null) return
    try {
      const tokens = await link.tokens.list()
      state.setState({ tokens, problem: null })
    } catch (error) {
      state.setState({ tokens: null, problem: callProblem(error, 'which tokens there are') })
    }
  }
  return {
    state,
    load,
    async create(input) {
      const link = api()
      if (link === null) return { outcome: 'refused', message: noConnection }
      try {
        const made = await link.tokens.create(input)
        await load()
        return made
      } catch (error) {
        return { outcome: 'refused', message: callProblem(error, 'whether the token was made') }
      }
    },
    async revoke({ id, name }) {
      const link = api()
      if (link === null) {
        toasts.show({ kind: 'problem', text: `The token ${name} was not revoked: no connection.` })
        return
      }
      try {
        const { revoked } = await link.tokens.revoke({ id })
        toasts.show({
          kind: 'done',
          text: revoked ? `Token ${name} revoked.` : `The token ${name} was not there any more.`,
        })
      } catch (error) {
        toasts.show({ kind: 'problem', text: callProblem(error, `whether the token ${name} was revoked`) })
      }
      await load()
    },
  }
}
