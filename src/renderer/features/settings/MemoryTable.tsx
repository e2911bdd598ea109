import { useStore } from 'zustand'
import { memoryKindNames, memoryKinds } from '../../../shared/memory.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { sizeText } from '../../lib/time-text.ts'
import { useShown } from './Row.tsx'
import styles from './Settings.module.css'

/** What the server keeps for whom: for all users in the panel of the person who runs it, else for the own one. */
export function MemoryTable() {
  const memory = useStore(usePanel().status, (state) => state.status?.memory ?? null)
  const shown = useShown()
  if (memory === null || !shown('memory')) return null
  const rows = [
    { name: 'In all', use: memory, max: memory.maxBytes },
    ...memory.users.map((use) => ({ name: use.userId, use, max: memory.shareBytes })),
  ]
  return (
    <div className={styles['memory']}>
      <table aria-label="Memory in use">
        <thead>
          <tr>
            <th scope="col">Kept for</th>
            {memoryKinds.map((kind) => (
              <th scope="col" key={kind}>
                {memoryKindNames[kind]}
              </th>
            ))}
            <th scope="col">Together</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, use, max }, index) => (
            <tr key={index === 0 ? 'all' : `user ${name}`}>
              <th scope="row">{name}</th>
              {memoryKinds.map((kind) => (
                <td className="num" translate="no" key={kind}>
                  {sizeText(use.byKind[kind])}
                </td>
              ))}
              <td className="num" translate="no">
                {sizeText(use.usedBytes)} of {sizeText(max)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
