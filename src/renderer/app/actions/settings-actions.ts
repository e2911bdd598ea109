import { settingOf } from '../../../shared/settings.ts'
import { playApprovalSound } from '../../model/approvals/approval-sound.ts'
import { blockEntries } from '../../features/blocks/block-entries.ts'
import { blockName } from '../../model/blocks/block-name.ts'
import { ruleEntry, ruleText, settingSections } from '../../model/settings/setting-entries.ts'
import { placeLink } from '../../panel/router.ts'
import type { Intent } from '../../panel/intents.ts'
import { densities, textSizes } from '../../settings/preferences.ts'
import { themeChoices } from '../../theme/theme.ts'
import { addEntries, eachMax, goingTo, type ActionPorts, type AddAction } from './action.ts'

/** How the panel looks and sounds on this machine. */
export function addLook(add: AddAction, { theme, preferences }: ActionPorts): void {
  for (const choice of themeChoices) {
    const title = choice === 'system' ? 'Use the theme of the system' : `Use the ${choice} theme`
    add(title, 'look', () => theme.choose(choice))
  }
  for (const density of densities) {
    add(`Use ${density} rows`, 'look', () => preferences.set({ density }))
  }
  for (const textSize of textSizes) {
    add(`Set the text size to ${textSize} %`, 'look', () => preferences.set({ textSize }))
  }
  const { approvalSound } = preferences.state.getState()
  add(`Turn the sound of approvals ${approvalSound ? 'off' : 'on'}`, 'notifications', () =>
    preferences.set({ approvalSound: !approvalSound }),
  )
  add('Play the sound of approvals', 'notifications', playApprovalSound)
}

/** Who is kept away, and the ways to let them in again. */
export function addBlocks(add: AddAction, { panel, go }: ActionPorts): void {
  for (const block of panel.blocks.state.getState().blocks.slice(0, eachMax)) {
    addEntries(add, blockEntries(panel, block, go), 'block', blockName(block), () => undefined)
  }
}

/** The page of settings: its parts, and what can be made, changed and taken away there. */
export function addSettings(add: AddAction, ports: ActionPorts): void {
  const { panel, settings, live, go } = ports
  const { intents } = panel
  for (const { id, title } of settingSections) {
    add(`Settings: ${title}`, 'settings', () => go(placeLink('settings', id)))
  }
  const toSettings = (intent: Intent) => goingTo(ports, 'settings')(() => intents.set(intent))
  add('Search the settings…', 'settings', toSettings({ to: 'search', in: 'settings' }))
  if (!live) return
  add('Add a block…', 'settings', toSettings({ to: 'add a block' }))
  if (settings?.mayChange !== true) return
  add('Forget a client…', 'settings', toSettings({ to: 'forget a client', key: null }))
  addTokens(add, ports, toSettings)
  addRules(add, ports, toSettings)
  addServerSettings(add, ports, toSettings)
}

type ToSettings = (intent: Intent) => () => void

function addTokens(add: AddAction, { tokens }: ActionPorts, toSettings: ToSettings): void {
  add('Create a token…', 'settings', toSettings({ to: 'create a token' }))
  for (const { id, name } of (tokens ?? []).slice(0, eachMax)) {
    add(`Revoke the token ${name}…`, 'settings', toSettings({ to: 'revoke a token', id }))
  }
}

function addRules(add: AddAction, { panel, tokens }: ActionPorts, toSettings: ToSettings): void {
  const { approvals, toasts } = panel
  add('Add a rule for approvals…', 'settings', toSettings({ to: 'add a rule' }))
  for (const rule of (approvals.state.getState().policy?.rules ?? []).slice(0, eachMax)) {
    const entry = ruleEntry(rule)
    const name = ruleText(rule, tokens)
    add(`Edit the rule for ${name}…`, 'settings', toSettings({ to: 'edit a rule', entry }))
    add(`Delete the rule for ${name}`, 'settings', () => {
      void approvals
        .setRules((all) => all.filter((each) => ruleEntry(each) !== entry))
        .then((problem) => {
          toasts.show(
            problem === null
              ? { kind: 'done', text: `Deleted the rule for ${name}.` }
              : { kind: 'problem', text: problem },
          )
        })
    })
  }
}

function addServerSettings(add: AddAction, { panel, settings }: ActionPorts, toSettings: ToSettings): void {
  const { serverSettings, toasts } = panel
  for (const { key, kept } of settings?.settings ?? []) {
    const { title } = settingOf(key)
    add(`Change the setting ${title}…`, 'settings', toSettings({ to: 'change a setting', key }))
    if (kept === null) continue
    add(`Set back to its default: ${title}`, 'settings', () => {
      void serverSettings.keep({ key, value: null }).then((problem) => {
        toasts.show(
          problem === null
            ? { kind: 'done', text: `${title} is back at its default from the next start on.` }
            : { kind: 'problem', text: problem },
        )
      })
    })
  }
}
