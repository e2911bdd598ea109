import type { ApprovalMode, ApprovalPolicy, ApprovalRule } from '../../../shared/approvals.ts'
import type { Block } from '../../../shared/blocks.ts'
import { memoryKindNames } from '../../../shared/memory.ts'
import type { PanelStatus } from '../../../shared/status.ts'
import type { TokenInfo } from '../../../shared/tokens.ts'
import {
  settingOf,
  settingOption,
  settingVariable,
  type SettingState,
  type SettingValue,
} from '../../../shared/settings.ts'
import { fold } from '../../lib/fold.ts'

/** The parts of the page, in their order; each at `#/settings/<id>`. */
export const settingSections = [
  { id: 'look', title: 'Look' },
  { id: 'notifications', title: 'Notifications' },
  { id: 'approvals', title: 'Approvals' },
  { id: 'tokens', title: 'Tokens' },
  { id: 'blocks', title: 'Blocks' },
  { id: 'server', title: 'Server' },
  { id: 'limits', title: 'Limits' },
  { id: 'history', title: 'History' },
] as const
export type SectionId = (typeof settingSections)[number]['id']

/** One thing on the page that a search may find. `text` is its title, help and value. */
export interface SettingEntry {
  readonly id: string
  readonly section: SectionId
  readonly text: string
}

/** What is on the page just now; null where it is not known. */
export interface SettingFacts {
  readonly policy: ApprovalPolicy | null
  readonly tokens: readonly TokenInfo[] | null
  readonly blocks: readonly Block[]
  readonly settings: readonly SettingState[]
  readonly limits: PanelStatus['limits']
}

/** Texts of the rows that are always there. */
export const fixedRows = {
  theme: { section: 'look', title: 'Theme', help: 'Light, dark, or as the system has it.' },
  density: { section: 'look', title: 'Rows', help: 'Compact rows show more clients at once.' },
  'text-size': { section: 'look', title: 'Text size', help: 'Makes everything in the panel larger.' },
  sound: {
    section: 'notifications',
    title: 'Sound for approvals',
    help: 'A quiet sound when work begins to wait for your answer. The browser allows it after your first click or key in the page.',
  },
  default: {
    section: 'approvals',
    title: 'Without a rule',
    help: 'Who has to ask before a change where no rule says otherwise: LLM tokens, everybody, nobody.',
  },
  rules: {
    section: 'approvals',
    title: 'Rules',
    help: 'A rule that denies always holds. Else the one that names most parts does; among equals the strictest one.',
  },
  tokens: {
    section: 'tokens',
    title: 'Made tokens',
    help: 'Create and revoke tokens: each opens the bus of one user to one program or panel.',
  },
  blocks: {
    section: 'blocks',
    title: 'Blocked',
    help: 'Who is kept away: clients, programs, addresses and tokens.',
  },
  memory: {
    section: 'limits',
    title: 'Memory in use',
    help: `What the server keeps, and for whom: ${Object.values(memoryKindNames).join(', ')}.`,
  },
  history: {
    section: 'history',
    title: 'History',
    help: 'Whether what happens is being kept in history.db.',
  },
  forget: {
    section: 'history',
    title: 'Forget',
    help: 'Deletes what is kept about a client or a program: activity, scripts, pictures.',
  },
} as const satisfies Record<string, { section: SectionId; title: string; help: string }>
export type FixedRow = keyof typeof fixedRows

export const modeNames: Record<ApprovalMode, string> = {
  allow: 'allow everything',
  ask: 'ask before changes',
  'read-only': 'reading only',
  deny: 'deny everything',
}

/** Everything on the page, in its order. */
export function settingEntries({ policy, tokens, blocks, settings, limits }: SettingFacts): SettingEntry[] {
  const fixed = Object.entries(fixedRows).map(([id, { section, title, help }]) => ({
    id,
    section,
    text: `${title} ${help}`,
  }))
  return [
    ...fixed,
    ...(policy?.rules ?? []).map((rule) => ({
      id: ruleEntry(rule),
      section: 'approvals' as const,
      text: `rule ${ruleText(rule, tokens)} ${modeNames[rule.mode]}`,
    })),
    ...(tokens ?? []).map(({ id, name, userId, scopes }) => ({
      id: `token ${id}`,
      section: 'tokens' as const,
      text: `${name} ${userId} ${scopes.join(' ')} ${id}`,
    })),
    ...blocks.map(({ id, kind, userId, subject, reason }) => ({
      id: `block ${id}`,
      section: 'blocks' as const,
      text: `${kind} ${userId} ${subject} ${reason}`,
    })),
    ...settings.map(({ key, value, source, kept }) => {
      const { title, help } = settingOf(key)
      const names = `${settingVariable(key)} ${settingOption(key)}`
      return {
        id: `setting ${key}`,
        section: 'server' as const,
        text: `${title} ${help} ${names} ${settingText(key, value)} ${source} ${String(kept ?? '')}`,
      }
    }),
    ...limits.map(({ name }) => ({
      id: `limit ${name}`,
      section: 'limits' as const,
      text: `${name} ${limitTitle(name)}`,
    })),
  ]
}

/** The entries that have every word of the query; the title of their section counts as theirs. */
export function findEntries(entries: readonly SettingEntry[], query: string): ReadonlySet<string> {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  const titles = new Map<SectionId, string>(settingSections.map(({ id, title }) => [id, title]))
  return new Set(
    entries
      .filter(({ section, text }) => {
        const folded = fold(`${titles.get(section) ?? ''} ${text}`)
        return words.every((word) => folded.includes(word))
      })
      .map(({ id }) => id),
  )
}

export function ruleEntry(rule: ApprovalRule): string {
  return `rule ${JSON.stringify([
    ...[rule.client?.userId, rule.client?.uuid, rule.client?.tokenId, rule.client?.as],
    ...[rule.token, rule.tool, rule.mode],
  ])}`
}

/** Whom and what a rule is for, in words. */
export function ruleText({ client, token, tool }: ApprovalRule, tokens: readonly TokenInfo[] | null): string {
  const parts = []
  if (client !== null) {
    const role = client.as === null ? '' : client.as === 'sender' ? 'what is asked by ' : 'what is asked of '
    const its = client.tokenId === null ? '' : ` (its token ${tokenName(client.tokenId, tokens)})`
    const whose = client.userId === 'local' ? '' : ` of ${client.userId}`
    parts.push(`${role}client ${client.uuid}${its}${whose}`)
  }
  if (token !== null) parts.push(`token ${tokenName(token, tokens)}`)
  if (tool !== null) parts.push(tool)
  return parts.join(', ')
}

export function tokenName(id: string, tokens: readonly TokenInfo[] | null): string {
  return tokens?.find((each) => each.id === id)?.name ?? id
}

const unitNames = { seconds: ' s', count: '', bytes: ' bytes', days: ' days', mebibytes: ' MiB', flag: '' }

/** A value with its unit: `1800 s`, `on`. */
export function settingText(key: SettingState['key'], value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return `${value.toLocaleString('en', { maximumFractionDigits: 3 })}${unitNames[settingOf(key).unit]}`
}

/** A limit's name as words: `sessions_per_token` is `Sessions per token`. */
export function limitTitle(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
