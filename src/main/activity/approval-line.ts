import type { ApprovalRequest, Verdict } from '../access/approvals.ts'
import type { ActivityRow } from './entries.ts'

const namedTargets = 3

/** The line of what was asked for and what was said to it. */
export function approvalLine(
  shown: ApprovalRequest['shown'],
  verdict: Verdict,
): Pick<ActivityRow, 'kind' | 'userId' | 'client' | 'by' | 'text'> {
  return {
    kind: verdict.outcome === 'allowed' ? 'approval_allowed' : 'approval_denied',
    userId: shown.userId,
    client: shown.from?.uuid ?? '',
    by: decidedBy(verdict),
    text: `${workOf(shown)}: ${verdictText(verdict)}`,
  }
}

/** What was asked for, by whom and of whom. */
function workOf(shown: ApprovalRequest['shown']): string {
  const { tool, title, from, program, claims, targets, targetCount } = shown
  const named = targets.slice(0, namedTargets).map(({ name }) => name)
  const more = targetCount > named.length ? ` and ${String(targetCount - named.length)} more` : ''
  const what = title === '' || `blender_${title}` === tool ? tool : `${tool}, ${title}`
  const claim = claims === null ? '' : `, which claims to be ${claims},`
  return `${from?.name ?? program}${claim} asked ${named.join(', ')}${more} for ${what}`
}

function decidedBy(verdict: Verdict): ActivityRow['by'] {
  if (verdict.outcome === 'timeout') return 'server'
  if (verdict.outcome === 'withdrawn') return 'client'
  return verdict.outcome === 'denied' && verdict.by === 'limit' ? 'server' : 'operator'
}

function verdictText(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'allowed':
      return 'allowed'
    case 'timeout':
      return 'denied, because nobody answered'
    case 'withdrawn':
      return 'withdrawn before anybody answered'
    case 'denied':
      if (verdict.by === 'policy') return 'denied by the policy'
      if (verdict.by === 'limit') return 'denied, because too much waits already'
      return verdict.reason === '' ? 'denied' : `denied: ${verdict.reason}`
  }
}
