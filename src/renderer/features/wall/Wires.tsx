import { useStore } from 'zustand'
import { clientKey } from '../../../shared/clients.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { cardsInSight, wirePath } from '../../model/wall/wall-layout.ts'
import { useWallPlaces } from './wall-place.ts'
import styles from './Wires.module.css'

/**
 * A line from each program in sight to each Blender in sight that works for it. It repeats what the cards say in words,
 * so nobody has to see it.
 */
export function Wires({ beside }: { beside: boolean }) {
  const { clients } = usePanel()
  const { blenders, others } = useStore(useWallPlaces())
  const shown = useStore(clients.state, (state) => state.shown)
  const inSight = (keys: readonly string[], place: typeof blenders) => {
    if (place === null) return []
    const [from, to] = cardsInSight(place)
    return keys.slice(from, to).map((key, index) => ({ key, index: from + index }))
  }
  const programs = inSight(shown.others, others)
  // As one text, so that it is drawn anew only when a job begins or ends.
  const links = useStore(clients.state, ({ byKey }) =>
    JSON.stringify(
      programs.flatMap(({ key, index }) => {
        const client = byKey.get(key)
        if (client?.workingOn === null || client === undefined) return []
        const { userId, workingOn } = client
        return workingOn.targetUuids.map((uuid) => [index, clientKey({ userId, uuid })])
      }),
    ),
  )
  if (blenders === null || others === null) return null
  const targets = new Map(inSight(shown.blenders, blenders).map(({ key, index }) => [key, index]))
  const paths = (JSON.parse(links) as [program: number, blender: string][]).flatMap(
    ([program, blender], lane) => {
      const index = targets.get(blender)
      if (index === undefined) return []
      const path = wirePath({ place: others, index: program }, { place: blenders, index }, beside, lane)
      return path === null ? [] : [{ path, key: `${program} ${blender}` }]
    },
  )
  return (
    <svg className={styles['wires']} aria-hidden focusable="false">
      {paths.map(({ path, key }) => (
        <path key={key} d={path} className={styles['wire']} />
      ))}
    </svg>
  )
}
