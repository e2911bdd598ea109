import type { Block } from '../../../shared/blocks.ts'
import type { Panel } from '../../panel/panel.ts'
import { placeLink } from '../../panel/router.ts'
import { copyAndTell } from '../../model/toasts/copy-and-tell.ts'
import type { MenuEntries } from '../../ui/menu-entries.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { exactTime } from '../../lib/time-text.ts'

/** What can be done with a block: the menu of its line, and the palette. `go` goes to a fragment. */
export function blockEntries(panel: Panel, block: Block, go: (fragment: string) => void): MenuEntries {
  const { blocks, toasts } = panel
  const live = panel.connection.state.getState().kind === 'live'
  const copy = (what: string, text: string) => () => copyAndTell(toasts, what, text)
  const { subject, reason, blockedUntil } = block
  return [
    { label: `Copy ${subject}`, run: copy('subject of the block', subject) },
    ...(reason === '' ? [] : [{ label: 'Copy the reason', run: copy('reason', reason) }]),
    ...(blockedUntil === null
      ? []
      : [{ label: 'Copy when it ends', run: copy('end of the block', exactTime(blockedUntil)) }]),
    null,
    { label: 'Show all blocks in the settings', run: () => go(placeLink('settings', 'blocks')) },
    {
      label: 'Lift the block',
      run: () => void blocks.lift({ id: block.id }, visibleText(subject)),
      unusable: live ? null : 'no connection',
    },
  ]
}
