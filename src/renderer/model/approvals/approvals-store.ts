import { createStore, type StoreApi } from 'zustand/vanilla'
import type {
  Approval,
  ApprovalAnswer,
  ApprovalDetail,
  ApprovalGrant,
  ApprovalPolicy,
  ApprovalRule,
  ApprovalsEvent,
} from '../../../shared/approvals.ts'
import { clientKey } from '../../../shared/clients.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../toasts/toasts.ts'

/** What `createApprovals` needs; `api` is null while there is no connection. */
export interface ApprovalsPorts {
  api: () => PanelApi | null
  toasts: Toasts
}

export interface ApprovalsState {
  /** Oldest first. */
  readonly pending: readonly Approval[]
  /** Keys of clients that wait for a person. */
  readonly waiting: ReadonlySet<string>
  /** What programs are allowed for now, newest first. */
  readonly grants: readonly ApprovalGrant[]
  /** Null until the main process has told. */
  readonly policy: ApprovalPolicy | null
}

/** Work that waits for a person. Nothing is decided here: answers go to the main process, which holds the work. */
export interface Approvals {
  readonly state: StoreApi<ApprovalsState>
  replace: (event: ApprovalsEvent) => void
  /** All of what a request shows the start of; null where it is gone or there is no connection. */
  detail: (id: string) => Promise<ApprovalDetail | null>
  /** Tells the outcome by a toast where it is not the one that was asked for. */
  answer: (answer: ApprovalAnswer) => Promise<void>
  /** What a program was allowed is asked for again. */
  takeBack: (grant: ApprovalGrant) => Promise<void>
  /** What is asked for where no rule says otherwise. */
  setDefault: (choice: ApprovalPolicy['default']) => Promise<void>
  /** Sets the rules that `change` makes of the newest ones. Answers why they were not set; null where they were. */
  setRules: (change: (rules: readonly ApprovalRule[]) => ApprovalRule[]) => Promise<string | null>
}

export function createApprovals({ api, toasts }: ApprovalsPorts): Approvals {
  const state = createStore<ApprovalsState>(() => ({
    pending: [],
    waiting: new Set(),
    grants: [],
    policy: null,
  }))
  const problem = (text: string) => toasts.show({ kind: 'problem', text })
  return {
    state,
    replace({ pending, grants, policy }) {
      const waiting = new Set(
        pending.flatMap(({ userId, from }) => (from === null ? [] : clientKey({ userId, uuid: from.uuid }))),
      )
      state.setState({ pending, grants, policy, waiting })
    },
    async detail(id) {
      try {
        return (await api()?.approvals.detail({ id })) ?? null
      } catch {
        return null
      }
    },
    async answer(answer) {
      const link = api()
      if (link === null) {
        problem('The answer was not sent: no connection.')
        return
      }
      try {
        const { outcome } = await link.approvals.answer(answer)
        if (outcome === 'gone') problem('It did not wait any more: it was answered, withdrawn or too late.')
      } catch {
        problem('No answer came: it is not known whether the work was allowed.')
      }
    },
    async takeBack({ id }) {
      const link = api()
      if (link === null) {
        problem(noConnection)
        return
      }
      try {
        await link.approvals.takeBack({ id })
      } catch (error) {
        problem(callProblem(error, 'whether it was taken back'))
      }
    },
    async setDefault(choice) {
      const link = api()
      const { policy } = state.getState()
      if (link === null || policy === null) {
        problem('The policy was not changed: no connection.')
        return
      }
      try {
        await link.approvals.policy.set({ ...policy, default: choice })
      } catch {
        problem('The policy was not changed. A panel that was opened with a token may not change it.')
      }
    },
    async setRules(change) {
      const link = api()
      const { policy } = state.getState()
      if (link === null || policy === null) return noConnection
      try {
        await link.approvals.policy.set({ ...policy, rules: change(policy.rules) })
        return null
      } catch (error) {
        return callProblem(error, 'whether the rules were changed')
      }
    },
  }
}
