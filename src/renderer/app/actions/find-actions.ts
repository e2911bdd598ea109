import { fold } from '../../lib/fold.ts'
import { views, placeLink } from '../../panel/router.ts'
import type { Action, ActionPorts, AddAction } from './action.ts'
import { addActivity } from './activity-actions.ts'
import { addApprovals } from './approvals-actions.ts'
import { addClientMenus, addClientsFilter, addUnregistering } from './clients-actions.ts'
import { addClientsLayout } from './clients-layout-actions.ts'
import { addConnect } from './connect-actions.ts'
import { foundThings } from './found-things.ts'
import { addInspectors } from './inspector-actions.ts'
import { addJob, addJobsView } from './jobs-actions.ts'
import { addPauses } from './pause-actions.ts'
import { addBlocks, addLook, addSettings } from './settings-actions.ts'
import { addWall } from './wall-actions.ts'

/** What each part of the panel adds, in the order of the list. */
const parts: readonly ((add: AddAction, ports: ActionPorts) => void)[] = [
  addPlaces,
  addApprovals,
  addClientMenus,
  addJob,
  addInspectors,
  addUnregistering,
  addClientsFilter,
  addWall,
  addClientsLayout,
  addJobsView,
  addActivity,
  addBlocks,
  addPauses,
  addLook,
  addConnect,
  addSettings,
]

function addPlaces(add: AddAction, { go, showShortcuts }: ActionPorts): void {
  for (const view of views) add(`Go to ${view}`, 'view', () => go(placeLink(view)))
  add('Show the keyboard shortcuts', '?', showShortcuts)
}

/** Every action there is just now, without what would do nothing. */
function allActions(ports: ActionPorts): Action[] {
  const actions: Action[] = []
  const add: AddAction = (title, hint, run) =>
    actions.push({ id: `${actions.length} ${title}`, title, hint, run })
  for (const part of parts) part(add, ports)
  return actions
}

/** The actions that have every word of the query, then words of the bus, then clients and jobs that have them. */
export function findActions(ports: ActionPorts, query: string): Action[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  const has = (text: string) => {
    const folded = fold(text)
    return words.every((word) => folded.includes(word))
  }
  const actions = allActions(ports).filter(({ title, hint }) => has(`${title} ${hint}`))
  return words.length === 0 ? actions : [...actions, ...foundThings(ports, has)]
}
