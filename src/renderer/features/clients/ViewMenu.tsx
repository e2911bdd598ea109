import { SlidersHorizontal, X } from 'lucide-react'
import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { columnFacts, columnIds, type Column } from './client-columns.ts'
import { defaultLayout, groupings, toggleColumn } from './clients-layout.ts'
import styles from './ViewMenu.module.css'

const columnNames: Record<Column, string> = {
  ...(Object.fromEntries(columnIds.map((id) => [id, columnFacts[id].title])) as Record<Column, string>),
  place: 'File, or working on',
}

/** How the tables are laid out: columns, groups, and views under names of one's own. */
export function ViewMenu() {
  const { clients } = usePanel()
  const columns = useStore(clients.state, (state) => state.layout.columns)
  const groupBy = useStore(clients.state, (state) => state.layout.groupBy)
  const menu = useId()
  const groupId = useId()
  return (
    <>
      <Button className={styles['opener']} popoverTarget={menu} aria-haspopup="dialog">
        <SlidersHorizontal size={14} aria-hidden />
        View
      </Button>
      <div id={menu} popover="auto" role="dialog" aria-label="View" className={styles['menu']}>
        <fieldset>
          <legend>Columns</legend>
          <div className={styles['columns']}>
            {columnIds
              .filter((column) => column !== 'client')
              .map((column) => (
                <label key={column}>
                  <input
                    type="checkbox"
                    checked={columns.includes(column)}
                    onChange={() => clients.arrange({ columns: toggleColumn(columns, column) })}
                  />
                  {columnNames[column]}
                </label>
              ))}
          </div>
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
            {groupings.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
          <Button onClick={() => clients.arrange(defaultLayout)}>As at first</Button>
        </div>
        <SavedViewList />
      </div>
    </>
  )
}

function SavedViewList() {
  const { savedViews } = usePanel()
  const views = useStore(savedViews.state, (state) => state.views)
  const [name, setName] = useState('')
  const nameId = useId()
  return (
    <section className={styles['saved']} aria-label="Saved views">
      <h2>Saved views</h2>
      {views.length === 0 ? (
        <p>A view keeps the filter, the columns, the order and the groups.</p>
      ) : (
        <ul>
          {views.map((view) => (
            <li key={view.name}>
              <button type="button" className={styles['view']} onClick={() => savedViews.show(view)}>
                {view.name}
              </button>
              <Button
                kind="quiet"
                aria-label={`Forget the view ${view.name}`}
                onClick={() => savedViews.remove(view.name)}
              >
                <X size={13} aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        className={styles['line']}
        onSubmit={(event) => {
          event.preventDefault()
          savedViews.save(name)
          setName('')
        }}
      >
        <label htmlFor={nameId}>Name</label>
        <input
          id={nameId}
          type="text"
          maxLength={60}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <Button type="submit" disabled={name.trim() === ''}>
          Save view
        </Button>
      </form>
    </section>
  )
}
