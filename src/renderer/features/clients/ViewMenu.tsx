import { SlidersHorizontal } from 'lucide-react'
import { useId } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import type { Word } from '../../ui/glossary.ts'
import { Popover } from '../../ui/Popover.tsx'
import { Term } from '../../ui/Term.tsx'
import { columnIds, columnNames, type Column } from './client-columns.ts'
import { defaultLayout, groupings, toggleColumn } from './clients-layout.ts'
import { SavedViewList } from './SavedViewList.tsx'
import styles from './ViewMenu.module.css'

/** Columns whose names need a sentence. */
const columnWords: Partial<Record<Column, Word>> = {
  group: 'group',
  capabilities: 'capabilities',
  queue: 'queue',
  drops: 'drops',
  protocol: 'protocol',
  user: 'user',
}

/** How the tables are laid out: columns, groups, and views under names of one's own. */
export function ViewMenu() {
  const { clients } = usePanel()
  const columns = useStore(clients.state, (state) => state.layout.columns)
  const groupBy = useStore(clients.state, (state) => state.layout.groupBy)
  const shownAs = useStore(clients.state, (state) => state.layout.shownAs)
  const severalUsers = useStore(clients.state, ({ totals }) => totals.users > 1)
  const groupId = useId()
  const offered = (column: string) => column !== 'user' || severalUsers
  return (
    <Popover
      label="View"
      className={styles['menu']}
      opener={(props) => (
        <Button {...props}>
          <SlidersHorizontal size={14} aria-hidden />
          View
        </Button>
      )}
    >
      <fieldset>
        <legend>Columns</legend>
        <div className={styles['columns']}>
          {columnIds
            .filter((column) => column !== 'client' && offered(column))
            .map((column) => {
              const word = columnWords[column]
              return (
                <div key={column} className={styles['column']}>
                  <label>
                    <input
                      type="checkbox"
                      checked={columns.includes(column)}
                      onChange={() => clients.arrange({ columns: toggleColumn(columns, column) })}
                    />
                    {columnNames[column]}
                  </label>
                  {word !== undefined && <Term word={word} />}
                </div>
              )
            })}
        </div>
        <p className={styles['hint']}>
          Drag a title to move its column, and the line beside it to set its width. A right click on a title
          has the same.
        </p>
      </fieldset>
      <div className={styles['line']}>
        <label htmlFor={groupId}>Group by</label>
        <select
          id={groupId}
          value={groupBy ?? ''}
          onChange={({ target }) =>
            clients.arrange({ groupBy: groupings.find((each) => each === target.value) ?? null })
          }
        >
          <option value="">nothing</option>
          {groupings.filter(offered).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <Button onClick={() => clients.arrange({ ...defaultLayout, shownAs })}>As at first</Button>
      </div>
      <SavedViewList />
    </Popover>
  )
}
