import { LayoutGrid, List, Pencil, Save, X } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { clientsLink } from '../../panel/router.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import type { SavedView, ViewMode } from '../../model/clients/clients-layout.ts'
import { viewNameMax, type SavedViews } from '../../model/clients/saved-views.ts'
import styles from './ViewMenu.module.css'

/** The views that a person saved: show, replace, rename and forget one, and save another. */
export function SavedViewList() {
  const { savedViews } = usePanel()
  const views = useStore(savedViews.state, (state) => state.views)
  const [name, setName] = useState('')
  const [renaming, setRenaming] = useState<string | null>(null)
  const nameId = useId()
  const list = useRef<HTMLElement>(null)
  const nameField = useRef<HTMLInputElement>(null)
  const openMenu = () => list.current?.closest<HTMLElement>('[popover]')?.showPopover()
  useIntent('name a view', () => {
    openMenu()
    nameField.current?.focus()
  })
  useIntent('rename a view', ({ name: renamed }) => {
    openMenu()
    setRenaming(renamed)
  })
  const replaces = views.some((view) => view.name === name.trim())
  return (
    <section ref={list} className={styles['saved']} aria-label="Saved views">
      <h2>Saved views</h2>
      {views.length === 0 ? (
        <p>
          A view keeps the filter, the columns, the order and the groups, and whether it is of the tables or
          the wall.
        </p>
      ) : (
        <ul>
          {views.map((view) =>
            renaming === view.name ? (
              <li key={view.name}>
                <RenameForm name={view.name} onDone={() => setRenaming(null)} />
              </li>
            ) : (
              <li key={view.name}>
                <button
                  type="button"
                  className={styles['view']}
                  title={view.name}
                  onClick={() => show(savedViews, view)}
                >
                  <bdi>{view.name}</bdi>
                </button>
                <ShownAsMark shownAs={view.layout.shownAs} />
                <Button
                  kind="quiet"
                  aria-label={`Replace the view ${view.name} by what is on screen`}
                  title="Replace by what is on screen"
                  onClick={() => savedViews.save(view.name)}
                >
                  <Save size={13} aria-hidden />
                </Button>
                <Button
                  kind="quiet"
                  aria-label={`Rename the view ${view.name}`}
                  title="Rename"
                  onClick={() => setRenaming(view.name)}
                >
                  <Pencil size={13} aria-hidden />
                </Button>
                <Button
                  kind="quiet"
                  aria-label={`Forget the view ${view.name}`}
                  title="Forget"
                  onClick={() => savedViews.remove(view.name)}
                >
                  <X size={13} aria-hidden />
                </Button>
              </li>
            ),
          )}
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
          ref={nameField}
          id={nameId}
          type="text"
          maxLength={viewNameMax}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <Button type="submit" disabled={name.trim() === ''}>
          {replaces ? 'Replace view' : 'Save view'}
        </Button>
      </form>
    </section>
  )
}

function show(savedViews: SavedViews, view: SavedView): void {
  savedViews.show(view)
  location.hash = clientsLink(view.layout.shownAs)
}

/** Whether a view is of the tables or of the wall. */
function ShownAsMark({ shownAs }: { shownAs: ViewMode }) {
  const Icon = shownAs === 'wall' ? LayoutGrid : List
  const words = shownAs === 'wall' ? 'of the wall' : 'of the tables'
  return (
    <span className={styles['mark']} role="img" aria-label={words} title={words}>
      <Icon size={13} aria-hidden />
    </span>
  )
}

function RenameForm({ name, onDone }: { name: string; onDone: () => void }) {
  const { savedViews } = usePanel()
  const [next, setNext] = useState(name)
  const [taken, setTaken] = useState(false)
  return (
    <form
      className={styles['rename']}
      onSubmit={(event) => {
        event.preventDefault()
        if (savedViews.rename(name, next)) onDone()
        else setTaken(true)
      }}
    >
      <input
        type="text"
        aria-label={`New name of the view ${name}`}
        aria-invalid={taken}
        title={taken ? 'There is a view of this name, or it is empty' : undefined}
        autoFocus
        maxLength={viewNameMax}
        autoComplete="off"
        value={next}
        onChange={({ target }) => {
          setNext(target.value)
          setTaken(false)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          // Escape would close the whole menu.
          event.preventDefault()
          onDone()
        }}
      />
      <Button type="submit">Rename</Button>
    </form>
  )
}
