import { SlidersHorizontal } from 'lucide-react'
import { useId } from 'react'
import { useStore } from 'zustand'
import { usePanel, usePreferences } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import type { Word } from '../../lib/glossary.ts'
import { Popover } from '../../ui/Popover.tsx'
import type { Sort } from '../../lib/sorts.ts'
import { Term } from '../../ui/Term.tsx'
import { CardChoices } from './CardChoices.tsx'
import { resetLayout } from '../../model/clients/reset-layout.ts'
import { columnIds, columnNames, type Column } from '../../model/clients/client-columns.ts'
import { commonSort, groupings, toggleColumn, type Grouping } from '../../model/clients/clients-layout.ts'
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

/** How clients are laid out: columns or cards, groups, order, and views under names of one's own. */
export function ViewMenu() {
  const { clients } = usePanel()
  const preferences = usePreferences()
  const asWall = useStore(clients.state, ({ layout }) => layout.shownAs === 'wall')
  const severalUsers = useStore(clients.state, ({ totals }) => totals.users > 1)
  const offered = (column: Column) => column !== 'user' || severalUsers
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
      {asWall ? <CardChoices /> : <ColumnChoices columns={columnIds.filter(offered)} />}
      <GroupChoice columns={groupings.filter(offered)} />
      {asWall && <SortChoice columns={columnIds.filter(offered)} />}
      <div className={styles['line']}>
        <Button onClick={() => resetLayout(clients, preferences)}>As at first</Button>
      </div>
      <SavedViewList />
    </Popover>
  )
}

function ColumnChoices({ columns: offered }: { columns: readonly Column[] }) {
  const { clients } = usePanel()
  const columns = useStore(clients.state, (state) => state.layout.columns)
  return (
    <fieldset>
      <legend>Columns</legend>
      <div className={styles['columns']}>
        {offered
          .filter((column) => column !== 'client')
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
        Drag a title to move its column, and the line beside it to set its width. A right click on a title has
        the same.
      </p>
    </fieldset>
  )
}

function GroupChoice({ columns }: { columns: readonly Grouping[] }) {
  const { clients } = usePanel()
  const groupBy = useStore(clients.state, (state) => state.layout.groupBy)
  const id = useId()
  return (
    <div className={styles['line']}>
      <label htmlFor={id}>Group by</label>
      <select
        id={id}
        value={groupBy ?? ''}
        onChange={({ target }) =>
          clients.arrange({ groupBy: columns.find((each) => each === target.value) ?? null })
        }
      >
        <option value="">nothing</option>
        {columns.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  )
}

/** The order of all cards, where there are no titles of columns to click. */
function SortChoice({ columns }: { columns: readonly Column[] }) {
  const { clients } = usePanel()
  const sort = useStore(clients.state, ({ layout }) => commonSort(layout.sort))
  const id = useId()
  const sortBy = (column: Column, direction: Sort['direction']) =>
    clients.arrange({ sort: { persistent: [{ column, direction }], ephemeral: [{ column, direction }] } })
  return (
    <div className={styles['line']}>
      <label htmlFor={id}>Sort by</label>
      <select
        id={id}
        value={sort?.column ?? ''}
        onChange={({ target }) => {
          const chosen = columns.find((each) => each === target.value)
          if (chosen !== undefined) sortBy(chosen, sort?.direction ?? 'ascending')
        }}
      >
        {sort === null && (
          <option value="" disabled>
            as each table is
          </option>
        )}
        {columns.map((each) => (
          <option key={each} value={each}>
            {columnNames[each]}
          </option>
        ))}
      </select>
      <select
        aria-label="Direction"
        disabled={sort === null}
        value={sort?.direction ?? 'ascending'}
        onChange={({ target }) => {
          if (sort !== null)
            sortBy(sort.column, directions.find((each) => each === target.value) ?? 'ascending')
        }}
      >
        {directions.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </div>
  )
}

const directions = ['ascending', 'descending'] as const
