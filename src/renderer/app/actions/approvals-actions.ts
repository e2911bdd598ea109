import type { ApprovalPolicy } from '../../../shared/approvals.ts'
import { placeLink } from '../../panel/router.ts'
import { eachMax, type ActionPorts, type AddAction } from './action.ts'

const whoAsks: Record<ApprovalPolicy['default'], string> = {
  by_token: 'LLM tokens',
  ask: 'everybody',
  allow: 'nobody',
}

/** The answers to what waits for a person, and who has to ask at all. */
export function addApprovals(add: AddAction, { panel, go, live }: ActionPorts): void {
  const { approvals, intents } = panel
  const { pending, grants, policy } = approvals.state.getState()
  if (!live) return
  for (const { id, from, program, programTitle, tool } of pending.slice(0, eachMax)) {
    const what = `${tool} for ${from?.name ?? program}`
    add(`Look at the request: ${what}`, 'approvals', () => go(placeLink('approvals')))
    add(`Allow once: ${what}`, 'approvals', () => void approvals.answer({ id, answer: 'once' }))
    add(
      `Allow for this session: ${what}`,
      'approvals',
      () => void approvals.answer({ id, answer: 'session' }),
    )
    if (programTitle !== null) {
      add(
        `Allow for ${programTitle}, one hour: ${what}`,
        'approvals',
        () => void approvals.answer({ id, answer: 'program' }),
      )
    }
    add(`Deny: ${what}`, 'approvals', () => void approvals.answer({ id, answer: 'deny', reason: '' }))
    add(`Deny with a reason: ${what}…`, 'approvals', () => {
      go(placeLink('approvals'))
      intents.set({ to: 'deny', id })
    })
  }
  for (const grant of grants.slice(0, eachMax)) {
    add(`Take back: ${grant.tool} for ${grant.program}`, 'approvals', () => void approvals.takeBack(grant))
  }
  for (const [choice, who] of Object.entries(whoAsks) as [ApprovalPolicy['default'], string][]) {
    if (policy === null || policy.default === choice) continue
    add(`Ask before changes by ${who}`, 'approvals', () => void approvals.setDefault(choice))
  }
}
